#include "telephony/number/asked_number.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/support/test_parser.h"

namespace ringdex::telephony {
namespace {

// "literal:+39...", the readings in their order, or why there is none.
std::string summary(std::string_view text, std::string_view region, Plan plan = Plan::automatic,
                    const std::vector<DialRewrite>& rewrites = {}) {
  std::vector<std::string> steps;
  const AskedNumber asked = read_asked_number(test_parser(), text, region, plan, rewrites, &steps);
  CHECK(read_asked_number(test_parser(), text, region, plan, rewrites) == asked);
  CHECK(asked.unmatchable.has_value() == asked.readings.empty());
  CHECK(asked.readings.size() <= 2);
  CHECK_FALSE(steps.empty());
  if (asked.unmatchable) return std::string(to_string(*asked.unmatchable));
  std::string all;
  for (const NumberReading& reading : asked.readings) {
    if (!all.empty()) all += " ";
    all += std::string(to_string(reading.reading)) + ":" + reading.parsed.number.to_e164();
  }
  return all;
}

TEST_CASE("Text that says its country is read literally") {
  CHECK(summary("+13108675309", "IT") == "literal:+13108675309");
  CHECK(summary("tel:+1-310-867-5309", "IT") == "literal:+13108675309");
  CHECK(summary("0049 30 123456", "DE") == "literal:+4930123456");
  CHECK(summary("0049 30 123456", "US") == "literal:+4930123456");
  CHECK(summary("011 49 30 123456", "US") == "literal:+4930123456");
  CHECK(summary("011493012345678", "") == "literal:+493012345678");
  CHECK(summary(" 13108675309", "IT") == "literal:+13108675309");
  CHECK(summary("+39 1 75567225", "US") == "literal:+390175567225");
}

TEST_CASE("Digits without a plus are read in the region first, if valid there") {
  CHECK(summary("3108675309", "US") == "national:+13108675309 international:+318675309");
  CHECK(summary("13108675309", "US") == "international:+13108675309");
  CHECK(summary("393331234567", "IT") == "international:+393331234567");
  CHECK(summary("393331234567", "US") == "international:+393331234567");
  CHECK(summary("06 1234 5678", "IT") == "national:+390612345678");
  CHECK(summary("(212) 867-5309", "US") == "national:+12128675309");
  const std::string both = summary("4930123456", "US");
  CHECK(both.contains("international:+4930123456"));
}

TEST_CASE("The plan decides what is asked") {
  CHECK(summary("393331234567", "IT", Plan::e164) == "international:+393331234567");
  CHECK(summary("3331234567", "IT", Plan::national) == "national:+393331234567");
  CHECK(summary("13108675309", "DE", Plan::e164) == "international:+13108675309");
  CHECK(summary("061234567", "IT", Plan::e164) == "national:+39061234567");
  CHECK(plan_from("auto") == Plan::automatic);
  CHECK(plan_from("e164") == Plan::e164);
  CHECK(plan_from("national") == Plan::national);
  CHECK_FALSE(plan_from("E164"));
}

TEST_CASE("Few digits are an extension unless the region's whole numbers are so short") {
  for (const char* text : {"201", "112", "7042", "123456", "+39112", "0", "20"}) {
    CAPTURE(text);
    const std::string read = summary(text, "IT");
    CHECK((read == "extension" || read == "not_a_number"));
  }
  CHECK(summary("201", "DE") == "extension");
  CHECK(summary("301234", "DE") == "extension");
  CHECK(summary("241234", "NC") == "national:+687241234");
  CHECK(summary("8675309", "US") == "not_a_number");
}

TEST_CASE("The dial plan is applied before reading") {
  const std::vector<DialRewrite> outside_line = {{.prefix = "00", .replacement = "0", .digits_min = 8}};
  CHECK(summary("00612345678", "IT", Plan::automatic, outside_line) == "national:+390612345678");
  CHECK(summary("+0612345678", "IT") == "national:+390612345678");
}

TEST_CASE("Withheld callers and nonsense are told apart") {
  CHECK(summary("anonymous", "US") == "withheld");
  CHECK(summary("", "US") == "withheld");
  CHECK(summary("0000000000", "US") == "not_a_number");
  CHECK(summary("Ann", "US") == "not_a_number");
  CHECK(summary("+99912345678", "US") == "not_a_number");
  CHECK(summary("061234567", "") == "not_a_number");
}

TEST_CASE("The extension is kept from the URI or the number") {
  CHECK(read_asked_number(test_parser(), "tel:+13108675309;ext=45", "US", Plan::automatic, {}).extension == "45");
  CHECK(read_asked_number(test_parser(), "310-867-5309 x45", "US", Plan::automatic, {}).extension == "45");
}

TEST_CASE("Random callers never crash and keep the contract") {
  std::mt19937_64 random(19);
  MESSAGE("seed " << 19);
  constexpr std::string_view kAlphabet = "+0123456789012345678901234567890123456789 ()-x;=@sip:\xff";
  constexpr std::string_view kRegions[] = {"US", "IT", "DE", "", "XX"};
  for (int round = 0; round < 10'000; ++round) {
    std::string text;
    for (std::size_t at = random() % 20; at > 0; --at) text += kAlphabet[random() % kAlphabet.size()];
    (void)summary(text, kRegions[random() % std::size(kRegions)]);
  }
}

}  // namespace
}  // namespace ringdex::telephony
