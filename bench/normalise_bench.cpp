#include <benchmark/benchmark.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <array>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/asked_number.h"
#include "telephony/number/number_parser.h"
#include "telephony/number/number_variants.h"
#include "telephony/number/numbering_plans.h"
#include "telephony/number/phone_field.h"

namespace {

using ringdex::telephony::NumberingPlans;
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

constexpr std::array<Sample, 4> kInternational{
    {{"US", "+1 310 867 5309"}, {"GB", "+44 20 7183 8750"}, {"IT", "+39 06 1234 5678"}, {"DE", "+49 (0)30 123456"}}};

constexpr std::array<Sample, 4> kBareDigits{
    {{"US", "3108675309"}, {"GB", "02071838750"}, {"IT", "393331234567"}, {"DE", "030123456"}}};

constexpr std::array<Sample, 3> kUris{{{"US", "sip:+13108675309@198.51.100.7;user=phone"},
                                       {"GB", "\"Ann\" <sip:02071838750@pbx.example>"},
                                       {"IT", "tel:+39-06-1234-5678"}}};

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
BENCHMARK_CAPTURE(phone_field, international, kInternational);
BENCHMARK_CAPTURE(phone_field, several_numbers, kFields);

// Numbers of every type of every region, their last digits drawn at random.
std::vector<PhoneNumber> random_numbers() {
  constexpr std::size_t kNumbers = 200'000;
  constexpr std::size_t kDigitsDrawn = 4;
  const Library& library = *Library::GetInstance();
  std::set<std::string> regions;
  library.GetSupportedRegions(&regions);
  std::vector<std::string> examples;
  for (const std::string& region : regions) {
    for (int type = 0; type <= static_cast<int>(Library::VOICEMAIL); ++type) {
      i18n::phonenumbers::PhoneNumber number;
      if (!library.GetExampleNumberForType(region, static_cast<Library::PhoneNumberType>(type), &number)) continue;
      library.Format(number, Library::E164, &examples.emplace_back());
    }
  }
  std::mt19937_64 random(1);
  std::vector<PhoneNumber> numbers;
  while (numbers.size() < kNumbers) {
    std::string text = examples[random() % examples.size()];
    for (std::size_t at = text.size() - kDigitsDrawn; at < text.size(); ++at) {
      text[at] = static_cast<char>('0' + random() % 10);
    }
    if (const auto number = PhoneNumber::from_e164(text)) numbers.push_back(*number);
  }
  return numbers;
}

template <typename Ask>
void ask_random_numbers(benchmark::State& state, Ask ask) {
  static const std::vector<PhoneNumber> numbers = random_numbers();
  parser().compile_all_plans();
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(ask(numbers[at]));
    at = at + 1 < numbers.size() ? at + 1 : 0;
  }
}

void describe_random_number(benchmark::State& state) {
  ask_random_numbers(state, [](PhoneNumber number) { return parser().describe(number); });
}
BENCHMARK(describe_random_number);

void is_random_number_valid(benchmark::State& state) {
  ask_random_numbers(state, [](PhoneNumber number) { return parser().is_valid(number); });
}
BENCHMARK(is_random_number_valid);

void describe_same_number(benchmark::State& state) {
  const NumberParser& numbers = parser();
  for (auto _ : state) benchmark::DoNotOptimize(numbers.describe(PhoneNumber::from_packed(13'108'675'309)));
}
BENCHMARK(describe_same_number);

void compile_all_plans(benchmark::State& state) {
  for (auto _ : state) {
    const NumberingPlans plans;
    benchmark::DoNotOptimize(plans.compile_all());
    state.counters["bytes"] = static_cast<double>(plans.bytes());
  }
}
BENCHMARK(compile_all_plans)->Unit(benchmark::kMillisecond);

template <std::size_t kCount>
void read_asked_number(benchmark::State& state, const std::array<Sample, kCount>& samples) {
  const NumberParser& numbers = parser();
  std::size_t at = 0;
  for (auto _ : state) {
    const Sample& sample = samples[at++ % samples.size()];
    benchmark::DoNotOptimize(ringdex::telephony::read_asked_number(numbers, sample.text, sample.region,
                                                                   ringdex::telephony::Plan::automatic, {}));
  }
}
BENCHMARK_CAPTURE(read_asked_number, e164, kE164);
BENCHMARK_CAPTURE(read_asked_number, national, kNational);
BENCHMARK_CAPTURE(read_asked_number, bare_digits, kBareDigits);
BENCHMARK_CAPTURE(read_asked_number, sip_uri, kUris);

}  // namespace
