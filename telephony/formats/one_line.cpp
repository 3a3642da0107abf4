#include "telephony/formats/one_line.h"

#include "telephony/text/utf8.h"

namespace ringdex::telephony {

std::string one_line(std::string_view text, std::size_t characters_max) {
  std::string line;
  std::size_t count = 0;
  bool space = false;
  while (!text.empty()) {
    const text::Character character = text::first_character_or_1252(text);
    text.remove_prefix(character.bytes);
    const char32_t code = character.code;
    if (code <= 0x20 || (code >= 0x7F && code <= 0xA0) || code == 0x2028 || code == 0x2029) {
      space = count > 0;
      continue;
    }
    if (code == 0xFFFE || code == 0xFFFF || code == 0xFEFF) continue;
    const std::size_t needed = space ? 2 : 1;
    if (count + needed > characters_max) break;
    if (space) line.push_back(' ');
    count += needed;
    space = false;
    text::append_utf8(line, code);
  }
  return line;
}

}  // namespace ringdex::telephony
