#include "telephony/plain_text.h"

#include <algorithm>
#include <cstdint>

namespace ringdex::telephony {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

Character first_character(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t at = 1; at < bytes; ++at) {
    if ((byte(at) & 0xC0U) != 0x80U) return {};
    code = code << 6U | (byte(at) & 0x3FU);
  }
  constexpr char32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool is_surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < kSmallest[bytes] || is_surrogate || code > 0x10FFFF) return {};
  return {code, bytes};
}

// The ASCII character that stands for `code`; 0 to drop it, nothing to keep it as it is.
std::optional<char> plain_form(char32_t code) {
  if (code == '\n' || code == '\r') return '\n';
  if (code < 0x20 || code == 0x7F) return ' ';
  if (code < 0x80) return static_cast<char>(code);
  if (code >= 0xFF01 && code <= 0xFF5E) return static_cast<char>(code - 0xFF01 + '!');
  if ((code >= 0x2000 && code <= 0x200A) || code == 0xA0 || code == 0x202F || code == 0x205F || code == 0x3000) {
    return ' ';
  }
  if ((code >= 0x2010 && code <= 0x2015) || code == 0x2212 || code == 0x30FC) return '-';
  if ((code >= 0x200B && code <= 0x200F) || (code >= 0x202A && code <= 0x202E) || code == 0x2060 || code == 0xFEFF ||
      code == 0xAD) {
    return '\0';
  }
  if (code == 0x2044 || code == 0x2215) return '/';
  if (code == 0x2018 || code == 0x2019) return '\'';
  if (code == 0x2022 || code == 0xB7) return '|';
  return std::nullopt;
}

}  // namespace

std::optional<std::string> plain_text(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const Character character = first_character(text);
    if (character.bytes == 0) return std::nullopt;
    const auto form = plain_form(character.code);
    if (!form) {
      plain.append(text.substr(0, character.bytes));
    } else if (*form != '\0') {
      plain.push_back(*form);
    }
    text.remove_prefix(character.bytes);
  }
  return plain;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
  });
  return lower;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), is_digit);
  return digits;
}

}  // namespace ringdex::telephony
