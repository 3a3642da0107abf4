#include <benchmark/benchmark.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <array>
#include <string>
#include <string_view>

#include "telephony/number_parser.h"
#include "telephony/number_variants.h"
#include "telephony/phone_field.h"

namespace {

using ringdex::telephony::NumberParser;
using ringdex::telephony::PhoneNumber;
using Library = i18n::phonenumbers::PhoneNumberUtil;

struct Sample {
  std::string_view region;
  std::string_view text;
};

constexpr std::array<Sample, 8> kE164{{{"US", "+13108675309"},
                                       {"GB", "+442071838750"},
                                       {"IT", "+390612345678"},
                                       {"DE", "+4930123456"},
                                       {"FR", "+33142685300"},
                                       {"MX", "+525512345678"},
                                       {"IN", "+919876543210"},
                                       {"AU", "+61291234567"}}};

constexpr std::array<Sample, 8> kNational{{{"US", "(310)-867-5309"},
                                           {"GB", "020 7183 8750"},
                                           {"IT", "06 1234 5678"},
                                           {"DE", "030/123456"},
                                           {"FR", "01 42 68 53 00"},
                                           {"MX", "55 1234 5678"},
                                           {"IN", "098765 43210"},
                                           {"AU", "(02) 9123 4567"}}};

constexpr std::array<Sample, 4> kFields{{{"GB", "0161 240 5131 / Fax 5051"},
                                         {"US", "219-769-0018, 219-769-0154"},
                                         {"GB", "01934 528528 - option 2"},
                                         {"IT", "+39 011 5788940;+39 011 6632473"}}};

const NumberParser& parser() {
  static const NumberParser instance;
  return instance;
}

void parse_clean_e164(benchmark::State& state) {
  const NumberParser& numbers = parser();
  std::size_t at = 0;
  for (auto _ : state) benchmark::DoNotOptimize(numbers.parse_clean_e164(kE164[at++ % kE164.size()].text));
}
BENCHMARK(parse_clean_e164);

void parse_clean_e164_to_canonical(benchmark::State& state) {
  const NumberParser& numbers = parser();
  std::size_t at = 0;
  for (auto _ : state) {
    const auto number = numbers.parse_clean_e164(kE164[at++ % kE164.size()].text);
    if (number) benchmark::DoNotOptimize(ringdex::telephony::canonical(*number));
  }
}
BENCHMARK(parse_clean_e164_to_canonical);

template <std::size_t kCount>
void parse(benchmark::State& state, const std::array<Sample, kCount>& samples) {
  const NumberParser& numbers = parser();
  std::size_t at = 0;
  for (auto _ : state) {
    const Sample& sample = samples[at++ % samples.size()];
    benchmark::DoNotOptimize(numbers.parse(sample.text, sample.region));
  }
}
BENCHMARK_CAPTURE(parse, e164, kE164);
BENCHMARK_CAPTURE(parse, national, kNational);

template <std::size_t kCount>
void library_parse_and_format(benchmark::State& state, const std::array<Sample, kCount>& samples) {
  const Library& library = *Library::GetInstance();
  std::size_t at = 0;
  for (auto _ : state) {
    const Sample& sample = samples[at++ % samples.size()];
    i18n::phonenumbers::PhoneNumber number;
    std::string e164;
    library.Parse(std::string(sample.text), std::string(sample.region), &number);
    library.Format(number, Library::E164, &e164);
    benchmark::DoNotOptimize(e164);
  }
}
BENCHMARK_CAPTURE(library_parse_and_format, e164, kE164);
BENCHMARK_CAPTURE(library_parse_and_format, national, kNational);

template <std::size_t kCount>
void phone_field(benchmark::State& state, const std::array<Sample, kCount>& samples) {
  const NumberParser& numbers = parser();
  std::size_t at = 0;
  for (auto _ : state) {
    const Sample& sample = samples[at++ % samples.size()];
    benchmark::DoNotOptimize(ringdex::telephony::read_phone_field(numbers, sample.text, sample.region));
  }
}
BENCHMARK_CAPTURE(phone_field, e164, kE164);
BENCHMARK_CAPTURE(phone_field, national, kNational);
BENCHMARK_CAPTURE(phone_field, several_numbers, kFields);

void describe_new_number(benchmark::State& state) {
  const NumberParser& numbers = parser();
  std::uint64_t packed = 393'000'000'000;
  for (auto _ : state) benchmark::DoNotOptimize(numbers.describe(PhoneNumber::from_packed(packed++)));
}
BENCHMARK(describe_new_number);

void describe_known_number(benchmark::State& state) {
  const NumberParser& numbers = parser();
  for (auto _ : state) benchmark::DoNotOptimize(numbers.describe(PhoneNumber::from_packed(13'108'675'309)));
}
BENCHMARK(describe_known_number);

}  // namespace
