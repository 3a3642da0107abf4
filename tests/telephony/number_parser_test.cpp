#include "telephony/number/number_parser.h"

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "telephony/number/number_repair.h"
#include "tests/support/test_parser.h"

namespace ringdex::telephony {
namespace {

struct Row {
  const char* region;
  const char* text;
  const char* e164;
};

TEST_CASE("Numbers in any written form are read") {
  constexpr Row kRows[] = {
      {"US", "+13108675309", "+13108675309"},
      {"US", "(310)-867-5309", "+13108675309"},
      {"US", "1 310 867 5309", "+13108675309"},
      {"US", "1-800-FLOWERS", "+18003569377"},
      {"US", "011 49 30 123456", "+4930123456"},
      {"US", "0049 30 123456", "+4930123456"},
      {"DE", "011 1 310 867 5309", "+13108675309"},
      {"DE", "0049 30 123456", "+4930123456"},
      {"DE", "030/123456", "+4930123456"},
      {"DE", "+49 (0)30 123456", "+4930123456"},
      {"IT", "06 1234 5678", "+390612345678"},
      {"IT", "(+39) 06-1234.5678", "+390612345678"},
      {"IT", "393331234567", "+393331234567"},
      {"IT", "00393331234567", "+393331234567"},
      {"GB", "+44 (0) 7911 123456", "+447911123456"},
      {"MX", "+52 1 55 1234 5678", "+525512345678"},
      {"MX", "044 55 1234 5678", "+525512345678"},
      {"AR", "011 15 2345-6789", "+5491123456789"},
      {"RU", "8 701 123 4567", "+77011234567"},
      {"HU", "06 30 123 4567", "+36301234567"},
      {"JP", "\xef\xbc\x90\xef\xbc\x93-1234-5678", "+81312345678"},
      {"", "\xef\xbc\x8b\xef\xbc\x91 310 867 5309", "+13108675309"},
      {"US",
       "310\xc2\xa0"
       "867\xe2\x80\x91"
       "5309",
       "+13108675309"},
      {"US", "+ 1305-296-5618", "+13052965618"},
      {"US", "+-1-312-631-3793", "+13126313793"},
      {"US", "Tel: 310 867 5309", "+13108675309"},
  };
  for (const Row& row : kRows) {
    CAPTURE(std::string(row.region));
    CAPTURE(std::string(row.text));
    const auto parsed = test_parser().parse(row.text, row.region);
    REQUIRE(parsed);
    CHECK(parsed->number.to_e164() == row.e164);
    CHECK(parsed->repair == Repair::none);
    CHECK(parsed->valid);
    CHECK(parsed == test_parser().parse_by_library(row.text, row.region));
  }
}

TEST_CASE("Extensions are kept apart") {
  for (const char* text : {"415-555-2671 x123", "(415) 555-2671 ext. 123", "4155552671 extn 123",
                           "415-555-2671;ext=123", "415 555 2671 #123"}) {
    CAPTURE(text);
    const auto parsed = test_parser().parse(text, "US");
    REQUIRE(parsed);
    CHECK(parsed->number.to_e164() == "+14155552671");
    CHECK(parsed->extension == "123");
  }
  // A full number is no extension.
  CHECK_FALSE(test_parser().parse("3364492988;ext=3364491231", "US"));
}

TEST_CASE("A number that is possible is read although no pattern knows it") {
  const auto parsed = test_parser().parse("+14264930080", "US");
  REQUIRE(parsed);
  CHECK(parsed->number.to_e164() == "+14264930080");
  CHECK_FALSE(parsed->valid);
}

TEST_CASE("What is no matchable number says why") {
  struct Refused {
    const char* region;
    const char* text;
    ParseError error;
  };
  constexpr Refused kRows[] = {
      {"US", "", ParseError::not_a_number},
      {"US", "+", ParseError::not_a_number},
      {"US", "anonymous", ParseError::not_a_number},
      {"US", "867-5309", ParseError::local_only},
      {"US", "+1934297000", ParseError::too_short},
      {"US", "(931) 879-08888", ParseError::too_long},
      {"US", "+99912345678", ParseError::bad_country_code},
      {"", "030 123456", ParseError::bad_country_code},
      {"XX", "030 123456", ParseError::bad_country_code},
      {"IT", "112", ParseError::too_short},
      {"GB", "01254 299840 option 4", ParseError::not_a_number},
      {"GB", "01254 299840 OPTION 4", ParseError::not_a_number},
      {"US", "310 867 5309 \xff", ParseError::not_a_number},
      {"DE", "+49 30 1234567890123456789", ParseError::too_long},
  };
  for (const Refused& row : kRows) {
    CAPTURE(std::string(row.text));
    const auto parsed = test_parser().parse(row.text, row.region);
    REQUIRE_FALSE(parsed);
    CHECK(to_string(parsed.error()) == to_string(row.error));
  }
  const auto parsed = test_parser().parse(std::string(kNumberBytesMax + 1, '1'), "US");
  CHECK((!parsed && parsed.error() == ParseError::too_long));
}

TEST_CASE("A listed repair mends a number whose literal reading is not valid") {
  struct Mended {
    const char* region;
    const char* text;
    const char* e164;
    Repair repair;
  };
  constexpr Mended kRows[] = {
      {"IT", "+39 175 567225", "+390175567225", Repair::lost_italian_zero},
      {"US", "+39 6 1234 5678", "+390612345678", Repair::lost_italian_zero},
      {"IT", "+39 39 333 1234567", "+393331234567", Repair::doubled_country_code},
      {"FR", "+33 33 1 42 68 53 00", "+33142685300", Repair::doubled_country_code},
      {"FR", "+33 0033 1 42 68 53 00", "+33142685300", Repair::doubled_country_code},
      {"IT", "0333 1234567", "+393331234567", Repair::trunk_zero},
      {"IT", "+39 0333 1234567", "+393331234567", Repair::trunk_zero},
      {"PL", "+48 0 22 123 45 67", "+48221234567", Repair::trunk_zero},
  };
  for (const Mended& row : kRows) {
    CAPTURE(std::string(row.text));
    const auto parsed = test_parser().parse(row.text, row.region);
    REQUIRE(parsed);
    CHECK(parsed->number.to_e164() == row.e164);
    CHECK(to_string(parsed->repair) == to_string(row.repair));
    CHECK(parsed->valid);
  }
}

TEST_CASE("Nothing is mended where the literal reading is valid or the code was not written") {
  // 49 is an area of Germany too.
  CHECK(test_parser().parse("+49 4921 123456", "DE")->repair == Repair::none);
  // A national number without its zero may be a number of anywhere.
  const auto foreign = test_parser().parse("212 555 1234", "IT");
  CHECK((!foreign || foreign->repair == Repair::none));
}

TEST_CASE("Repair attempts follow from the digits alone") {
  CHECK(repair_attempts({"39", "612345678"}, true).size() == 1);
  CHECK(repair_attempts({"39", "612345678"}, false).empty());
  CHECK(repair_attempts({"39", "393331234567"}, true).size() == 2);
  CHECK(repair_attempts({"48", "0221234567"}, false)[0].e164 == "+48221234567");
  CHECK(repair_attempts({"1", "3108675309"}, true).empty());
}

TEST_CASE("The short path answers common clean numbers and leaves the rest") {
  for (const char* text :
       {"+13108675309", "+447911123456", "+390612345678", "+393331234567", "+390115788940", "+4930123456",
        "+33142685300", "+525512345678", "+8613812345678", "+5491123456789", "+5511981234567", "+79161234567",
        "+78123456789", "+2250708123456", "+61291234567", "+919876543210", "+3545551234", "+80012345678"}) {
    CAPTURE(std::string(text));
    const auto number = test_parser().parse_clean_e164(text);
    REQUIRE(number);
    CHECK(number->to_e164() == text);
  }
  for (const char* text : {"", "+", "+1", "3108675309", "+1 3108675309", "+39175567225", "+3903331234567",
                           "+393939333123", "+4407911123456", "+99912345678", "+1310867530", "+131086753099"}) {
    CAPTURE(text);
    CHECK_FALSE(test_parser().parse_clean_e164(text));
  }
}

TEST_CASE("A number is described with what the metadata says") {
  const auto facts = test_parser().describe(*PhoneNumber::from_e164("+390612345678"));
  CHECK(facts == NumberFacts{"IT", "06 1234 5678", "fixed_line", true});
  CHECK(test_parser().describe(*PhoneNumber::from_e164("+390612345678")) == facts);
  CHECK(test_parser().describe(*PhoneNumber::from_e164("+393331234567")).type == "mobile");
  CHECK(test_parser().describe(*PhoneNumber::from_e164("+13108675309")) ==
        NumberFacts{"US", "(310) 867-5309", "fixed_line_or_mobile", true});
  CHECK(test_parser().describe(*PhoneNumber::from_e164("+80012345678")).region == "001");
  const auto unknown = test_parser().describe(*PhoneNumber::from_e164("+14264930080"));
  CHECK(unknown.region.empty());
  CHECK_FALSE(unknown.valid);
  CHECK(unknown.type == "unknown");
  CHECK(test_parser().describe(*PhoneNumber::from_e164("+999123")).region.empty());
}

TEST_CASE("Regions and their national prefixes are known") {
  CHECK(test_parser().knows_region("IT"));
  CHECK_FALSE(test_parser().knows_region("it"));
  CHECK_FALSE(test_parser().knows_region(""));
  CHECK(test_parser().national_prefix("DE") == "0");
  CHECK(test_parser().national_prefix("US") == "1");
  CHECK(test_parser().national_prefix("IT").empty());
  CHECK(test_parser().national_prefix("XX").empty());
}

TEST_CASE("Threads share one parser") {
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([thread] {
      for (std::uint64_t round = 0; round < 3000; ++round) {
        const auto number = PhoneNumber::from_packed(393'330'000'000 + round * (thread + 1));
        (void)test_parser().describe(number);
        (void)test_parser().parse(number.to_e164(), "IT");
        (void)test_parser().parse("0161 240 5300", "GB");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST_CASE("Random bytes never crash the parser, and what it reads it reads again") {
  std::mt19937_64 random(13);
  MESSAGE("seed " << 13);
  constexpr std::string_view kAlphabet = "+0123456789012345678901234567890 ()-./x#;,ext\xff\xef\xbc\x91\xd9\xa1\0A";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (std::size_t at = random() % 30; at > 0; --at) text += kAlphabet[random() % kAlphabet.size()];
    const auto parsed = test_parser().parse(text, round % 2 == 0 ? "US" : "DE");
    if (!parsed || !parsed->valid) continue;
    CAPTURE(text);
    const auto again = test_parser().parse(parsed->number.to_e164(), "");
    REQUIRE(again);
    CHECK(again->number == parsed->number);
  }
}

}  // namespace
}  // namespace ringdex::telephony
