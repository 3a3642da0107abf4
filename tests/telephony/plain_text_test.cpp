#include "telephony/text/plain_text.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace ringdex::telephony {
namespace {

TEST_CASE("Look-alikes become plain characters") {
  CHECK(text::plain_text("\xef\xbc\x8b\xef\xbc\x93\xef\xbc\x99") == "+39");
  CHECK(text::plain_text("06\xc2\xa0"
                         "12\xe2\x80\xaf"
                         "34") == "06 12 34");
  CHECK(text::plain_text("06\xe2\x80\x93"
                         "12") == "06-12");
  CHECK(text::plain_text("\xe2\x80\xaa+39\xe2\x80\xac") == "+39");
  CHECK(text::plain_text("a\tb\r\nc") == "a b\n\nc");
  CHECK(text::plain_text("m\xc3\xb3vil") == "m\xc3\xb3vil");
}

TEST_CASE("Bytes that are not UTF-8 are nothing") {
  for (const char* text :
       {"\xff", "\xc3", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x80", "\x80", "\xf0\x80\x80\x80"}) {
    CHECK_FALSE(text::plain_text(text));
  }
}

TEST_CASE("Trimming, lower case and digits") {
  CHECK(text::trimmed(" \t a b \n") == "a b");
  CHECK(text::trimmed("  ").empty());
  CHECK(text::ascii_lower("ABC-Z\xc3\x93") == "abc-z\xc3\x93");
  CHECK(text::digits_of("+39 (06) 1x") == "39061");
}

TEST_CASE("Texts are joined with something between them") {
  CHECK(text::joined({}, ", ").empty());
  CHECK(text::joined(std::vector<std::string>{"", "a", ""}, ", ") == ", a, ");
}

}  // namespace
}  // namespace ringdex::telephony
