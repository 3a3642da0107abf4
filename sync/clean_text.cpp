#include "sync/clean_text.h"

#include "telephony/text/utf8.h"

namespace ringdex::sync {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

// Controls, zero-width space, byte order mark, and marks of writing direction.
bool is_removed(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x200B || c == 0x200E || c == 0x200F ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

std::string cleaned(std::string_view text, bool collapse) {
  std::string result;
  result.reserve(text.size());
  std::string space;  // seen and not yet written; what is left at the end is trimmed
  while (!text.empty()) {
    const auto character = text::first_character(text);
    const auto piece = character.bytes == 0 ? kReplacement : text.substr(0, character.bytes);
    const auto c = character.bytes == 0 ? char32_t{0xFFFD} : character.code;
    text.remove_prefix(character.bytes == 0 ? 1 : character.bytes);
    if (is_white_space(c)) {
      if (collapse) {
        space.assign(1, ' ');
      } else if (c >= 0x20 || c == '\n' || c == '\t') {
        space += piece;
      }
    } else if (!is_removed(c)) {
      if (!result.empty()) result += space;
      space.clear();
      result += piece;
    }
  }
  return result;
}

}  // namespace

std::string clean_line(std::string_view text) {
  return cleaned(text, true);
}

std::string clean_text(std::string_view text) {
  return cleaned(text, false);
}

}  // namespace ringdex::sync
