#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ringdex::text {

// Text with the look-alikes of what phone numbers are written with made plain: full-width forms, the many Unicode
// spaces and dashes become their ASCII characters, invisible marks go, control characters except newline become
// spaces. Nothing if the bytes are not UTF-8.
std::optional<std::string> plain_text(std::string_view text);

std::string_view trimmed(std::string_view text);
constexpr char to_ascii_lower(char character) {
  return character >= 'A' && character <= 'Z' ? static_cast<char>(character - 'A' + 'a') : character;
}
std::string ascii_lower(std::string_view text);
// The ASCII digits of the text, one after the other.
std::string digits_of(std::string_view text);
std::string joined(std::span<const std::string> texts, std::string_view between);

constexpr bool is_digit(char character) {
  return character >= '0' && character <= '9';
}
// ASCII letters, and every byte of a character beyond ASCII.
constexpr bool is_letter(char character) {
  const auto byte = static_cast<unsigned char>(character);
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte >= 0x80;
}

}  // namespace ringdex::text
