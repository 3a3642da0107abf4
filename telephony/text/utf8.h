#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Characters and their bytes in UTF-8 (RFC 3629). Pure; any thread.
namespace ringdex::text {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // that it took in the text; 0: what stands there is not UTF-8
};

// The first character of a text that is not empty. Overlong forms, surrogates and values beyond U+10FFFF are not UTF-8.
Character first_character(std::string_view text);

// What a byte means in Windows-1252. The five without a meaning there are the control characters U+0081 to U+009D.
char32_t windows_1252(unsigned char byte);

// As first_character, but a byte that is not part of a UTF-8 character is read as Windows-1252, the usual mistake;
// `bytes` is never 0.
Character first_character_or_1252(std::string_view text);

void append_utf8(std::string& text, char32_t code);

bool is_valid_utf8(std::string_view text);
// Bytes that are not valid UTF-8 become U+FFFD.
std::string valid_utf8(std::string_view text);

}  // namespace ringdex::text
