#include "sync/clean_text.h"

#include <cstring>

namespace ringdex::sync {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t position) {
  return static_cast<unsigned char>(text[position]);
}

char32_t code_point_at(std::string_view text, std::size_t position, std::size_t bytes) {
  char32_t value = byte_at(text, position);
  if (bytes == 1) return value;
  value &= 0xFFU >> (bytes + 1);
  for (std::size_t i = 1; i < bytes; ++i) value = (value << 6) | (byte_at(text, position + i) & 0x3FU);
  return value;
}

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
  for (std::size_t i = 0; i < text.size();) {
    const auto bytes = utf8_sequence_bytes(text, i);
    const auto piece = bytes == 0 ? kReplacement : text.substr(i, bytes);
    const auto c = bytes == 0 ? char32_t{0xFFFD} : code_point_at(text, i, bytes);
    i += bytes == 0 ? 1 : bytes;
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

std::size_t utf8_sequence_bytes(std::string_view text, std::size_t position) {
  const auto lead = byte_at(text, position);
  if (lead < 0x80) return 1;
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || position + bytes > text.size()) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte_at(text, position + i) & 0xC0U) != 0x80U) return 0;
  }
  const auto second = byte_at(text, position + 1);
  if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) || (lead == 0xF0 && second < 0x90) ||
      (lead == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return bytes;
}

bool is_valid_utf8(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size()) {
    // Most text is ASCII, eight bytes at a time.
    if (std::uint64_t word = 0; text.size() - i >= sizeof(word)) {
      std::memcpy(&word, text.data() + i, sizeof(word));
      if ((word & 0x8080808080808080ULL) == 0) {
        i += sizeof(word);
        continue;
      }
    }
    const auto bytes = utf8_sequence_bytes(text, i);
    if (bytes == 0) return false;
    i += bytes;
  }
  return true;
}

void append_utf8(std::string& text, char32_t c) {
  const auto add = [&text](char32_t byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) return add(c);
  if (c < 0x800) {
    add(0xC0U | (c >> 6));
  } else if (c < 0x10000) {
    add(0xE0U | (c >> 12));
    add(0x80U | ((c >> 6) & 0x3FU));
  } else {
    add(0xF0U | (c >> 18));
    add(0x80U | ((c >> 12) & 0x3FU));
    add(0x80U | ((c >> 6) & 0x3FU));
  }
  add(0x80U | (c & 0x3FU));
}

std::string valid_utf8(std::string_view text) {
  if (is_valid_utf8(text)) return std::string(text);
  std::string result;
  for (std::size_t i = 0; i < text.size();) {
    const auto bytes = utf8_sequence_bytes(text, i);
    result += bytes == 0 ? kReplacement : text.substr(i, bytes);
    i += bytes == 0 ? 1 : bytes;
  }
  return result;
}

std::string clean_line(std::string_view text) {
  return cleaned(text, true);
}

std::string clean_text(std::string_view text) {
  return cleaned(text, false);
}

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  for (auto& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace ringdex::sync
