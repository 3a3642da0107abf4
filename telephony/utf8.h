#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringdex::telephony {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // that it took in the text; 0: what stands there is not UTF-8
};

// The first character of a text that is not empty. Overlong forms, surrogates and values beyond U+10FFFF are not UTF-8.
Character first_character(std::string_view text);

// As above, but a byte that is not part of a UTF-8 character is read as Windows-1252, the usual mistake; `bytes` is
// never 0. The five bytes without a meaning there are the control characters U+0081 to U+009D.
Character first_character_or_1252(std::string_view text);

void append_utf8(std::string& text, char32_t code);

}  // namespace ringdex::telephony
