#include "telephony/text/plain_text.h"

#include <algorithm>

#include "telephony/text/utf8.h"

namespace ringdex::text {
namespace {

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
  std::ranges::transform(lower, lower.begin(), to_ascii_lower);
  return lower;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  std::ranges::copy_if(text, std::back_inserter(digits), is_digit);
  return digits;
}

std::string joined(std::span<const std::string> texts, std::string_view between) {
  std::string all;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) all += between;
    all += texts[i];
  }
  return all;
}

}  // namespace ringdex::text
