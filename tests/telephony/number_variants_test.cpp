#include "telephony/number/number_variants.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace ringdex::telephony {
namespace {

std::string canonical_text(std::string_view e164) {
  return canonical(*PhoneNumber::from_e164(e164)).to_e164();
}

TEST_CASE("National forms of one subscriber have one canonical form") {
  CHECK(canonical_text("+5215512345678") == canonical_text("+525512345678"));
  CHECK(canonical_text("+5491123456789") == canonical_text("+541123456789"));
  CHECK(canonical_text("+551181234567") == canonical_text("+5511981234567"));
  CHECK(canonical_text("+551161234567") == canonical_text("+5511961234567"));
}

TEST_CASE("Other numbers are their own canonical form") {
  for (const char* text : {"+13108675309", "+390612345678", "+525512345678", "+541123456789", "+5511981234567",
                           "+551123456789",  // a Brazilian landline begins with 2 to 5
                           "+552081234567",  // no Brazilian area ends with 0
                           "+52155", "+549112345678", "+54911234567890", "+521551234567", "+12"}) {
    CAPTURE(text);
    CHECK(canonical_text(text) == text);
  }
}

TEST_CASE("The canonical form is idempotent") {
  std::mt19937_64 random(11);
  MESSAGE("seed " << 11);
  constexpr std::string_view kStarts[] = {"+52", "+521", "+54", "+549", "+55", "+5511", "+5511", "+1", "+3"};
  for (int round = 0; round < 50'000; ++round) {
    std::string text(kStarts[random() % std::size(kStarts)]);
    for (std::size_t digits = 5 + random() % 9; digits > 0; --digits) text += static_cast<char>('0' + random() % 10);
    const PhoneNumber once = canonical(*PhoneNumber::from_e164(text));
    CAPTURE(text);
    REQUIRE(canonical(once) == once);
  }
}

}  // namespace
}  // namespace ringdex::telephony
