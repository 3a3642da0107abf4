#include "sync/clean_text.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "telephony/text/plain_text.h"
#include "telephony/text/utf8.h"

namespace ringdex::sync {
namespace {

TEST_CASE("a line is valid, trimmed and free of controls") {
  const std::map<std::string, std::string> table{
      {"", ""},
      {"  Ann   Lee \t\r\n", "Ann Lee"},
      {"Ann\nLee", "Ann Lee"},
      {"Ann\xC2\xA0\xE3\x80\x80Lee", "Ann Lee"},
      {std::string("A\0nn\x1B[31m\x7F", 10), "Ann[31m"},
      {"\xEF\xBB\xBF"
       "Ann",
       "Ann"},
      {"A\xE2\x80\xAEnn\xE2\x80\x8B", "Ann"},
      {"Zo\xC3\xAB", "Zo\xC3\xAB"},
      {"Zo\xEB", "Zo\xEF\xBF\xBD"},
      {"\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"cut \xE2\x82", "cut \xEF\xBF\xBD\xEF\xBF\xBD"},
      {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xA7", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xA7"},
  };
  for (const auto& [text, clean] : table) {
    CAPTURE(text);
    CHECK(clean_line(text) == clean);
    CHECK(clean_line(clean) == clean);
    CHECK(text::is_valid_utf8(clean_line(text)));
  }
}

TEST_CASE("free text keeps its lines") {
  CHECK(clean_text(" one\n  two\x01 \r\n") == "one\n  two");
  CHECK(clean_text("a\r\nb") == "a\nb");
  CHECK(clean_text("\xFF") == "\xEF\xBF\xBD");
}

TEST_CASE("validity of UTF-8, also behind long ASCII") {
  for (const auto* good : {"", "a", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF", "0123456789abcdef\xC3\xA9"}) {
    CAPTURE(good);
    CHECK(text::is_valid_utf8(good));
    CHECK(text::valid_utf8(good) == good);
  }
  for (const auto* bad : {"\x80", "\xC1\xBF", "\xC3", "\xE0\x9F\xBF", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
                          "\xF5\x80\x80\x80", "\xFE", "0123456789abcdef\xE9", "\xE2\x82z"}) {
    CAPTURE(bad);
    CHECK_FALSE(text::is_valid_utf8(bad));
    CHECK(text::is_valid_utf8(text::valid_utf8(bad)));
  }
}

TEST_CASE("every code point goes out and in") {
  for (char32_t c = 1; c <= 0x10FFFF; c += 7) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    std::string text;
    text::append_utf8(text, c);
    REQUIRE(text::first_character(text).bytes == text.size());
  }
  CHECK(text::ascii_lower("ÄB@c") == "Äb@c");
}

}  // namespace
}  // namespace ringdex::sync
