#include "telephony/number/phone_number.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace ringdex::telephony {
namespace {

TEST_CASE("E.164 text goes to a number and back") {
  for (const char* text : {"+13108675309", "+390612345678", "+12", "+9999999999999999999", "+18446744073709551"}) {
    CAPTURE(text);
    const auto number = PhoneNumber::from_e164(text);
    REQUIRE(number);
    CHECK(number->to_e164() == text);
    CHECK(PhoneNumber::from_packed(number->packed()) == *number);
  }
}

TEST_CASE("What is not clean E.164 is no number") {
  for (const char* text : {"", "+", "+1", "13108675309", "+03108675309", "+1310867530a", "+1 310", "++1310", " +1310",
                           "+12345678901234567890", "+1310\xef\xbc\x91"}) {
    CAPTURE(text);
    CHECK_FALSE(PhoneNumber::from_e164(text));
  }
  CHECK_FALSE(PhoneNumber::from_e164(std::string_view("+1\0003", 4)));
}

TEST_CASE("A masked number shows its last four digits only") {
  CHECK(PhoneNumber::from_e164("+390612345678")->masked() == "+********5678");
  CHECK(PhoneNumber::from_e164("+1234567")->masked() == "+*******");
  CHECK(PhoneNumber::from_e164("+12345678")->masked() == "+****5678");
}

TEST_CASE("Numbers are ordered by their digits' value") {
  CHECK(*PhoneNumber::from_e164("+1310") < *PhoneNumber::from_e164("+1311"));
  CHECK(*PhoneNumber::from_e164("+1310") == *PhoneNumber::from_e164("+1310"));
}

TEST_CASE("Random bytes never crash the reader of E.164 text") {
  std::mt19937_64 random(7);
  MESSAGE("seed " << 7);
  constexpr std::string_view kAlphabet = "+0123456789\xff\x00 x";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "+";
    for (std::size_t at = random() % 24; at > 0; --at) text += kAlphabet[random() % kAlphabet.size()];
    if (const auto number = PhoneNumber::from_e164(text)) CHECK(number->to_e164() == text);
  }
}

}  // namespace
}  // namespace ringdex::telephony
