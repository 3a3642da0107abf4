#include <doctest/doctest.h>
#include <phonenumbers/phonenumber.pb.h>
#include <phonenumbers/phonenumberutil.h>

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "tests/support/test_parser.h"
#include "tests/telephony/real_world_phones.h"

namespace ringdex::telephony {
namespace {

using Library = i18n::phonenumbers::PhoneNumberUtil;
using LibraryNumber = i18n::phonenumbers::PhoneNumber;

constexpr std::uint64_t kSeed = 20260731;
constexpr std::size_t kMutationsMin = 200'000;
constexpr std::size_t kDirectlyAskedEach = 8;  // of so many texts one, as our library path asks libphonenumber anyway

struct Tally {
  std::size_t texts = 0;
  std::size_t short_path = 0;
  std::size_t differences = 0;
};

// parse() with its short paths against the library's path alone, for text in any form.
void compare_any_form(Tally& tally, const std::string& text, const std::string& region) {
  ++tally.texts;
  const auto parsed = test_parser().parse(text, region);
  if (parsed) ++tally.short_path;
  const bool same = parsed == test_parser().parse_by_library(text, region);
  if (same) return;
  if (++tally.differences <= 20) CHECK_MESSAGE(same, text << " in " << region);
}

// The short path against our own library path, and that against libphonenumber asked directly.
void compare(Tally& tally, const std::string& text, const std::string& region) {
  ++tally.texts;
  const auto number = test_parser().parse_clean_e164(text);
  if (!number) return;
  ++tally.short_path;
  const auto by_library = test_parser().parse_by_library(text, region);
  bool same = by_library && by_library->number == *number && by_library->repair == Repair::none;
  same = same && test_parser().parse(text, region) == by_library;
  if (same && tally.short_path % kDirectlyAskedEach == 0) {
    LibraryNumber oracle;
    std::string e164;
    const Library& library = *Library::GetInstance();
    same = library.Parse(text, region, &oracle) == Library::NO_PARSING_ERROR &&
           library.IsPossibleNumberWithReason(oracle) == Library::IS_POSSIBLE;
    if (same) library.Format(oracle, Library::E164, &e164);
    same = same && e164 == number->to_e164() && library.IsValidNumber(oracle) == by_library->valid;
  }
  if (same) return;
  // A few examples tell as much as thousands.
  if (++tally.differences <= 20) CHECK_MESSAGE(same, text << " in " << region);
}

std::vector<std::string> example_numbers() {
  const Library& library = *Library::GetInstance();
  std::set<std::string> regions;
  library.GetSupportedRegions(&regions);
  std::vector<std::string> examples;
  const auto keep = [&](const LibraryNumber& number) {
    std::string e164;
    library.Format(number, Library::E164, &e164);
    examples.push_back(e164);
  };
  for (const std::string& region : regions) {
    for (int type = 0; type <= static_cast<int>(Library::VOICEMAIL); ++type) {
      LibraryNumber number;
      if (library.GetExampleNumberForType(region, static_cast<Library::PhoneNumberType>(type), &number)) keep(number);
    }
    LibraryNumber number;
    if (library.GetInvalidExampleNumber(region, &number)) keep(number);
  }
  std::set<int> codes;
  library.GetSupportedGlobalNetworkCallingCodes(&codes);
  for (const int code : codes) {
    LibraryNumber number;
    if (library.GetExampleNumberForNonGeoEntity(code, &number)) keep(number);
  }
  return examples;
}

std::string mutated(std::string text, std::mt19937_64& random) {
  const auto draw = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  const auto digit = [&] { return static_cast<char>('0' + draw(10)); };
  const std::size_t changes = 1 + draw(3);
  for (std::size_t change = 0; change < changes && text.size() > 3; ++change) {
    const std::size_t at = 1 + draw(text.size() - 1);
    switch (draw(5)) {
      case 0:
        text[at] = digit();
        break;
      case 1:
        text.insert(at, 1, digit());
        break;
      case 2:
        text.erase(at, 1);
        break;
      case 3:
        text.insert(1, text.substr(1, 1 + draw(3)));
        break;
      default:
        text.insert(1 + draw(std::min<std::size_t>(4, text.size())), 1, '0');
    }
  }
  return text;
}

TEST_CASE("The short path gives what libphonenumber gives") {
  std::mt19937_64 random(kSeed);
  MESSAGE("seed " << kSeed);
  Tally tally;

  std::vector<std::string> texts = example_numbers();
  REQUIRE(texts.size() > 1000);
  for (const std::string& text : texts) {
    compare(tally, text, "ZZ");
    compare(tally, text, "US");
    compare(tally, text, "IT");
  }
  MESSAGE("example numbers: " << texts.size());

  const auto real = real_world_phones();
  if (real.empty()) MESSAGE("Skipped: there are no real phone files under " RINGDEX_DATA_DIR);
  std::size_t real_numbers = 0;
  for (const auto& [region, text] : real) {
    compare(tally, text, region);
    const auto parsed = test_parser().parse_by_library(text, region);
    if (!parsed) continue;
    ++real_numbers;
    texts.push_back(parsed->number.to_e164());
    compare(tally, texts.back(), region);
  }
  MESSAGE("real phone texts: " << real.size() << ", of them single numbers " << real_numbers);

  for (std::size_t done = 0; done < kMutationsMin; ++done) {
    compare(tally, mutated(texts[static_cast<std::size_t>(random() % texts.size())], random), "ZZ");
  }
  MESSAGE("texts " << tally.texts << ", answered by the short path " << tally.short_path << ", differences "
                   << tally.differences);
  CHECK(tally.differences == 0);
}

TEST_CASE("The short path agrees for every calling code, start and length") {
  constexpr std::size_t kDrawsPerStart = 1;
  std::mt19937_64 random(kSeed + 1);
  Tally tally;
  std::set<int> codes;
  Library::GetInstance()->GetSupportedCallingCodes(&codes);
  for (const int code : codes) {
    // Each length is asked of the short path itself, which refuses impossible ones at no cost.
    for (std::size_t length = 3; length <= 15; ++length) {
      for (int start = 0; start < 100; ++start) {
        for (std::size_t draw = 0; draw < kDrawsPerStart; ++draw) {
          std::string text = "+" + std::to_string(code) + static_cast<char>('0' + start / 10);
          text += static_cast<char>('0' + start % 10);
          for (std::size_t digit = 2; digit < length; ++digit) text += static_cast<char>('0' + random() % 10);
          compare(tally, text, "ZZ");
        }
      }
    }
  }
  MESSAGE("texts " << tally.texts << ", answered by the short path " << tally.short_path << ", differences "
                   << tally.differences);
  CHECK(tally.differences == 0);
}

TEST_CASE("The short path agrees for every calling code and start of three digits") {
  std::mt19937_64 random(kSeed + 4);
  MESSAGE("seed " << kSeed + 4);
  Tally tally;
  const Library& library = *Library::GetInstance();
  std::set<int> codes;
  library.GetSupportedCallingCodes(&codes);
  for (const int code : codes) {
    std::vector<std::size_t> lengths;
    LibraryNumber probe;
    probe.set_country_code(code);
    std::uint64_t national = 100;
    for (std::size_t length = 3; length <= 15; ++length, national *= 10) {
      probe.set_national_number(national);
      if (library.IsPossibleNumberWithReason(probe) == Library::IS_POSSIBLE) lengths.push_back(length);
    }
    for (int start = 1000; start < 2000; ++start) {
      const std::size_t length = lengths[random() % lengths.size()];
      std::string text = "+" + std::to_string(code) + std::to_string(start).substr(1);
      for (std::size_t digit = 3; digit < length; ++digit) text += static_cast<char>('0' + random() % 10);
      compare(tally, text, "ZZ");
    }
  }
  MESSAGE("texts " << tally.texts << ", answered by the short path " << tally.short_path << ", differences "
                   << tally.differences);
  CHECK(tally.differences == 0);
}

TEST_CASE("National text is read as libphonenumber reads it") {
  constexpr std::size_t kDrawsPerRegion = 260;
  std::mt19937_64 random(kSeed + 3);
  MESSAGE("seed " << kSeed + 3);
  const auto draw = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  const Library& library = *Library::GetInstance();
  std::set<std::string> regions;
  library.GetSupportedRegions(&regions);
  Tally tally;
  for (const std::string& region : regions) {
    for (std::size_t done = 0; done < kDrawsPerRegion; ++done) {
      LibraryNumber example;
      const auto type = static_cast<Library::PhoneNumberType>(draw(static_cast<std::size_t>(Library::UNKNOWN)));
      if (!library.GetExampleNumberForType(region, type, &example)) library.GetExampleNumber(region, &example);
      std::string text;
      library.Format(example, draw(4) == 0 ? Library::INTERNATIONAL : Library::NATIONAL, &text);
      for (std::size_t change = draw(4); change > 0 && text.size() > 2; --change) {
        const std::size_t at = draw(text.size());
        if (draw(6) == 0) text.insert(0, 1, static_cast<char>('0' + draw(10)));
        if (draw(5) == 0) text.erase(at, 1);
        if (draw(5) == 0) text.insert(at, 1, " ().-/"[draw(6)]);
        if (draw(2) == 0) text[draw(text.size())] = static_cast<char>('0' + draw(10));
      }
      compare_any_form(tally, text, region);
    }
    for (std::size_t done = 0; done < kDrawsPerRegion / 4; ++done) {
      std::string text;
      for (std::size_t digits = 5 + draw(9); digits > 0; --digits) text += static_cast<char>('0' + draw(10));
      compare_any_form(tally, text, region);
    }
  }
  for (const auto& [region, text] : real_world_phones()) compare_any_form(tally, text, region);
  MESSAGE("texts " << tally.texts << ", of them numbers " << tally.short_path << ", differences " << tally.differences);
  CHECK(tally.differences == 0);
}

TEST_CASE("Any digits behind a plus are read as libphonenumber reads them") {
  constexpr std::size_t kDrawsPerCode = 260;
  std::mt19937_64 random(kSeed + 5);
  MESSAGE("seed " << kSeed + 5);
  const auto draw = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  Tally tally;
  const std::vector<std::string> examples = example_numbers();
  for (const std::string& example : examples) {
    for (int change = 0; change < 8; ++change) compare_any_form(tally, mutated(example, random), "ZZ");
  }
  const Library& library = *Library::GetInstance();
  std::set<int> codes;
  library.GetSupportedCallingCodes(&codes);
  for (const int code : codes) {
    std::string region;
    library.GetRegionCodeForCountryCode(code, &region);
    for (std::size_t done = 0; done < kDrawsPerCode; ++done) {
      std::string text = "+" + std::to_string(code);
      if (draw(5) == 0) text += std::to_string(code);
      if (draw(5) == 0) text += test_parser().national_prefix(region);
      if (draw(4) == 0) text += "0";
      for (std::size_t digits = 1 + draw(draw(4) == 0 ? 16 : 11); digits > 0; --digits) {
        text += static_cast<char>('0' + draw(10));
      }
      for (std::size_t marks = draw(3); marks > 0; --marks) text.insert(1 + draw(text.size()), 1, " ().-/"[draw(6)]);
      compare_any_form(tally, text, draw(2) == 0 ? "ZZ" : region);
    }
  }
  MESSAGE("texts " << tally.texts << ", of them numbers " << tally.short_path << ", differences " << tally.differences);
  CHECK(tally.differences == 0);
}

// Italy's rule is by hand from its number plan, so every start of four digits is compared.
TEST_CASE("The short path agrees for all starts of Italian numbers") {
  std::mt19937_64 random(kSeed + 2);
  Tally tally;
  for (std::size_t length = 6; length <= 11; ++length) {
    for (int start = 0; start < 10'000; ++start) {
      std::string national = std::to_string(10'000 + start).substr(1);
      while (national.size() < length) national += static_cast<char>('0' + random() % 10);
      compare(tally, "+39" + national, "IT");
    }
  }
  MESSAGE("texts " << tally.texts << ", answered by the short path " << tally.short_path << ", differences "
                   << tally.differences);
  CHECK(tally.differences == 0);
}

}  // namespace
}  // namespace ringdex::telephony
