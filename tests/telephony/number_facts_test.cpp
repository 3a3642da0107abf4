#include "telephony/number/number_facts.h"

#include <doctest/doctest.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <cstdint>
#include <list>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "telephony/number/numbering_plans.h"
#include "tests/support/test_parser.h"
#include "tests/telephony/real_world_phones.h"

namespace ringdex::telephony {
namespace {

using Library = i18n::phonenumbers::PhoneNumberUtil;
using LibraryNumber = i18n::phonenumbers::PhoneNumber;

constexpr std::uint64_t kSeed = 20261122;

std::string type_name(Library::PhoneNumberType type) {
  static const std::map<Library::PhoneNumberType, std::string> kNames = {
      {Library::FIXED_LINE, "fixed_line"},
      {Library::MOBILE, "mobile"},
      {Library::TOLL_FREE, "toll_free"},
      {Library::FIXED_LINE_OR_MOBILE, "fixed_line_or_mobile"},
      {Library::SHARED_COST, "shared_cost"},
      {Library::PREMIUM_RATE, "premium_rate"},
      {Library::VOIP, "voip"},
      {Library::PERSONAL_NUMBER, "personal"},
      {Library::PAGER, "pager"},
      {Library::UAN, "uan"},
      {Library::VOICEMAIL, "voicemail"},
      {Library::UNKNOWN, "unknown"}};
  return kNames.at(type);
}

std::set<int> calling_codes() {
  std::set<int> codes;
  Library::GetInstance()->GetSupportedCallingCodes(&codes);
  return codes;
}

std::vector<std::size_t> possible_lengths(int code) {
  std::vector<std::size_t> lengths;
  LibraryNumber number;
  number.set_country_code(code);
  std::uint64_t national = 1;
  for (std::size_t digits = 1; digits <= 17; ++digits, national *= 10) {
    number.set_national_number(national);
    const auto length = Library::GetInstance()->IsPossibleNumberWithReason(number);
    if (length == Library::IS_POSSIBLE) lengths.push_back(digits);
  }
  return lengths;
}

// libphonenumber's own answers for numbers of `code`, put as ours are.
struct Oracle {
  std::string region;
  std::string national;
  std::string type;
  bool valid = false;

  Oracle(int code, const std::string& digits) {
    const Library& library = *Library::GetInstance();
    LibraryNumber number;
    number.set_country_code(code);
    number.set_national_number(std::stoull(digits));
    const std::size_t zeros = std::min(digits.find_first_not_of('0'), digits.size() - 1);
    if (zeros > 0) number.set_italian_leading_zero(true);
    if (zeros > 1) number.set_number_of_leading_zeros(static_cast<int>(zeros));
    type = type_name(library.GetNumberType(number));
    valid = library.IsValidNumber(number);
    library.Format(number, Library::NATIONAL, &national);
    library.GetRegionCodeForNumber(number, &region);
    if (region != "ZZ") return;
    std::list<std::string> claimants;
    library.GetRegionCodesForCountryCallingCode(code, &claimants);
    region = claimants.size() == 1 ? claimants.front() : "";
  }
};

struct Tally {
  std::size_t numbers = 0;
  std::size_t valid = 0;
  std::size_t differences = 0;
};

void compare(Tally& tally, int code, const std::string& national) {
  const auto number = PhoneNumber::from_e164("+" + std::to_string(code) + national);
  if (!number) return;
  ++tally.numbers;
  const Oracle oracle(code, national);
  const NumberFacts facts = test_parser().describe(*number);
  if (facts.valid) ++tally.valid;
  const bool same = facts.region == oracle.region && facts.type == oracle.type && facts.valid == oracle.valid &&
                    std::string_view(facts.national) == oracle.national;
  if (same) return;
  // A few examples tell as much as thousands.
  if (++tally.differences <= 20) {
    CHECK_MESSAGE(same, number->to_e164() << ": " << facts.region << "/" << facts.type << "/" << facts.valid << "/"
                                          << facts.national.c_str() << " but the library says " << oracle.region << "/"
                                          << oracle.type << "/" << oracle.valid << "/" << oracle.national);
  }
}

void report(const Tally& tally) {
  MESSAGE("numbers " << tally.numbers << ", of them valid " << tally.valid << ", differences " << tally.differences);
  CHECK(tally.numbers > 0);
  CHECK(tally.differences == 0);
}

using Numbers = std::vector<std::pair<int, std::string>>;

void keep(Numbers& numbers, const LibraryNumber& number) {
  std::string national;
  Library::GetInstance()->GetNationalSignificantNumber(number, &national);
  numbers.emplace_back(number.country_code(), national);
}

// An example of every type of every region and calling code, and wrong ones.
Numbers examples() {
  const Library& library = *Library::GetInstance();
  Numbers numbers;
  std::set<std::string> regions;
  library.GetSupportedRegions(&regions);
  for (const std::string& region : regions) {
    for (int type = 0; type <= static_cast<int>(Library::VOICEMAIL); ++type) {
      LibraryNumber number;
      const auto asked = static_cast<Library::PhoneNumberType>(type);
      if (library.GetExampleNumberForType(region, asked, &number)) keep(numbers, number);
    }
    LibraryNumber number;
    if (library.GetInvalidExampleNumber(region, &number)) keep(numbers, number);
  }
  std::set<int> codes;
  library.GetSupportedGlobalNetworkCallingCodes(&codes);
  for (const int code : codes) {
    LibraryNumber number;
    if (library.GetExampleNumberForNonGeoEntity(code, &number)) keep(numbers, number);
  }
  return numbers;
}

char random_digit(std::mt19937_64& random) {
  return static_cast<char>('0' + random() % 10);
}

std::string mutated(std::string digits, std::mt19937_64& random) {
  for (std::size_t change = 1 + random() % 3; change > 0 && digits.size() > 1; --change) {
    const std::size_t at = random() % digits.size();
    switch (random() % 6) {
      case 0:
        digits.insert(at, 1, random_digit(random));
        break;
      case 1:
        digits.erase(at, 1);
        break;
      case 2:
        digits.insert(0, 1, '0');
        break;
      default:
        digits[at] = random_digit(random);
    }
  }
  return digits;
}

TEST_CASE("Every calling code is understood") {
  const NumberingPlans plans;
  CHECK(plans.compile_all() == 0);
  MESSAGE("bytes of all plans: " << plans.bytes());
  CHECK(plans.bytes() < 2'000'000);
  for (const int code : calling_codes()) CHECK(plans.find(static_cast<std::size_t>(code)) != nullptr);
  CHECK(plans.find(0) == nullptr);
  CHECK(plans.find(999) == nullptr);
  CHECK(plans.find(100'000) == nullptr);
}

TEST_CASE("Facts of examples, their mutations and real numbers are libphonenumber's") {
  constexpr std::size_t kMutations = 50'000;
  std::mt19937_64 random(kSeed);
  MESSAGE("seed " << kSeed);
  Tally tally;
  Numbers numbers = examples();
  REQUIRE(numbers.size() > 1000);
  for (const auto& [region, text] : real_world_phones()) {
    LibraryNumber number;
    if (Library::GetInstance()->Parse(text, region, &number) == Library::NO_PARSING_ERROR) keep(numbers, number);
  }
  for (const auto& [code, national] : numbers) compare(tally, code, national);
  for (std::size_t done = 0; done < kMutations; ++done) {
    const auto& [code, national] = numbers[random() % numbers.size()];
    compare(tally, code, mutated(national, random));
  }
  report(tally);
}

TEST_CASE("Facts of every calling code, start of three digits and length are libphonenumber's") {
  std::mt19937_64 random(kSeed + 1);
  MESSAGE("seed " << kSeed + 1);
  Tally tally;
  for (const int code : calling_codes()) {
    const std::vector<std::size_t> lengths = possible_lengths(code);
    for (int start = 1000; start < 2000; ++start) {
      const std::size_t length = random() % 4 == 0 ? 1 + random() % 17 : lengths[random() % lengths.size()];
      std::string national = std::to_string(start).substr(1, length);
      while (national.size() < length) national += random_digit(random);
      compare(tally, code, national);
    }
  }
  report(tally);
}

// Where many regions or areas share a code, more digits decide.
TEST_CASE("Facts of every start of four digits are libphonenumber's for the large plans") {
  std::mt19937_64 random(kSeed + 2);
  MESSAGE("seed " << kSeed + 2);
  Tally tally;
  struct Plan {
    int code;
    std::size_t shortest;
    std::size_t longest;
  };
  for (const Plan& plan : {Plan{1, 10, 10}, Plan{39, 6, 11}, Plan{44, 9, 10}, Plan{49, 7, 12}, Plan{54, 10, 11},
                           Plan{81, 9, 10}, Plan{86, 10, 11}}) {
    for (int start = 10'000; start < 20'000; ++start) {
      const std::size_t length = plan.shortest + random() % (plan.longest - plan.shortest + 1);
      std::string national = std::to_string(start).substr(1);
      while (national.size() < length) national += random_digit(random);
      compare(tally, plan.code, national);
    }
  }
  report(tally);
}

TEST_CASE("Any value has facts") {
  for (const std::uint64_t packed :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{39}, std::uint64_t{999'123}, ~std::uint64_t{0},
        std::uint64_t{9'999'999'999'999'999'999U}, std::uint64_t{1'000'000'000'000'000'000U}}) {
    CAPTURE(packed);
    CHECK_FALSE(test_parser().describe(PhoneNumber::from_packed(packed)).valid);
  }
}

TEST_CASE("Plans are compiled once by threads that ask at the same time") {
  const NumberingPlans plans;
  const std::set<int> codes = calling_codes();
  std::vector<std::vector<const NumberingPlan*>> found(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : found) {
      threads.emplace_back([&] {
        for (const int code : codes) {
          mine.push_back(plans.find(static_cast<std::size_t>(code)));
          (void)mine.back()->facts_of("2015550123");
        }
      });
    }
  }
  for (const auto& mine : found) CHECK(mine == found.front());
}

}  // namespace
}  // namespace ringdex::telephony
