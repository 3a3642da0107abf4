#include "telephony/text/printable.h"

#include "telephony/text/utf8.h"

namespace ringdex::text {

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto [code, bytes] = first_character(text);
    const std::string_view character = text.substr(0, bytes == 0 ? 1 : bytes);
    if (result.size() + character.size() > kPrintableBytesMax) break;
    const bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
    result += is_control ? std::string_view("?") : character;
    text.remove_prefix(character.size());
  }
  return result;
}

}  // namespace ringdex::text
