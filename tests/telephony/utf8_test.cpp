#include "telephony/text/utf8.h"

#include <doctest/doctest.h>

#include <string>

namespace ringdex::telephony {
namespace {

TEST_CASE("Every character is written and read back") {
  for (char32_t code = 1; code <= 0x10FFFF; code += code < 0x3000 ? 1 : 37) {
    if (code >= 0xD800 && code < 0xE000) continue;
    std::string text;
    text::append_utf8(text, code);
    const text::Character character = text::first_character(text + "x");
    CHECK(character.code == code);
    CHECK(character.bytes == text.size());
    for (std::size_t size = 1; size < text.size(); ++size)
      CHECK(text::first_character(text.substr(0, size)).bytes == 0);
  }
}

TEST_CASE("What is not UTF-8 is refused, or read as Windows-1252") {
  for (const char* bytes : {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
                            "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3x", "\xE2\x82x"}) {
    CHECK(text::first_character(bytes).bytes == 0);
    CHECK(text::first_character_or_1252(bytes).bytes == 1);
  }
  CHECK(text::first_character_or_1252("\x80").code == U'€');
  CHECK(text::first_character_or_1252("\x92s").code == U'’');
  CHECK(text::first_character_or_1252("\x9F").code == U'Ÿ');
  CHECK(text::first_character_or_1252("\x81").code == 0x81);
  CHECK(text::first_character_or_1252("\xFC").code == U'ü');
  CHECK(text::first_character_or_1252("\xC3\xBC").code == U'ü');
  CHECK(text::first_character_or_1252("\xC3\xBC").bytes == 2);
}

}  // namespace
}  // namespace ringdex::telephony
