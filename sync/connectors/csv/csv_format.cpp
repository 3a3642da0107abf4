#include "sync/connectors/csv/csv_format.h"

#include <algorithm>
#include <array>

#include "sync/clean_text.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/utf8.h"

namespace ringdex::sync {
namespace {

constexpr std::string_view kDelimiters = ",;\t|";

// A head cut off in the middle of a character is valid all the same.
bool is_utf8_head(std::string_view head) {
  if (text::is_valid_utf8(head)) return true;
  if (head.size() < kCsvHeadBytes) return false;
  for (std::size_t cut = 1; cut <= 3; ++cut) {
    if (text::is_valid_utf8(head.substr(0, head.size() - cut))) return true;
  }
  return false;
}

std::string_view first_line(std::string_view text) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (!quoted && (text[i] == '\n' || text[i] == '\r')) return text.substr(0, i);
  }
  return text;
}

char sniff_delimiter(std::string_view line) {
  std::array<std::size_t, kDelimiters.size()> counts{};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    if (const auto place = kDelimiters.find(c); !quoted && place != std::string_view::npos) ++counts[place];
  }
  const auto best = std::max_element(counts.begin(), counts.end()) - counts.begin();
  return kDelimiters[static_cast<std::size_t>(best)];
}

// One UTF-16 code point at `position`, or U+FFFD for half a surrogate pair; 0 units if more bytes are needed.
std::size_t read_utf16(std::string_view bytes, std::size_t position, bool little, bool complete, char32_t& c) {
  const auto unit = [&](std::size_t at) {
    const auto first = static_cast<unsigned char>(bytes[at]);
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    return static_cast<char32_t>(little ? first | (second << 8) : (first << 8) | second);
  };
  c = 0xFFFD;
  const auto left = bytes.size() - position;
  if (left < 2) return complete ? left : 0;
  const auto first = unit(position);
  if (first < 0xD800 || first > 0xDFFF) {
    c = first;
    return 2;
  }
  if (first > 0xDBFF) return 2;
  if (left < 4) return complete ? 2 : 0;
  const auto second = unit(position + 2);
  if (second < 0xDC00 || second > 0xDFFF) return 2;
  c = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
  return 4;
}

}  // namespace

std::string windows_1252_to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 8);
  for (const char byte : bytes) text::append_utf8(text, text::windows_1252(static_cast<unsigned char>(byte)));
  return text;
}

std::string to_utf8(std::string_view bytes, TextEncoding encoding, bool complete, std::size_t& used) {
  used = bytes.size();
  if (encoding == TextEncoding::utf8) return std::string(bytes);
  if (encoding == TextEncoding::windows_1252) return windows_1252_to_utf8(bytes);
  std::string text;
  text.reserve(bytes.size());
  std::size_t position = 0;
  while (position < bytes.size()) {
    char32_t c = 0;
    const auto taken = read_utf16(bytes, position, encoding == TextEncoding::utf16le, complete, c);
    if (taken == 0) break;
    text::append_utf8(text, c);
    position += taken;
  }
  used = position;
  return text;
}

std::uint64_t bytes_in_file(std::string_view text, TextEncoding encoding) {
  if (encoding != TextEncoding::utf16le && encoding != TextEncoding::utf16be) return text.size();
  std::uint64_t bytes = 0;
  for (const char byte : text) {
    const auto c = static_cast<unsigned char>(byte);
    if ((c & 0xC0U) != 0x80U) bytes += c >= 0xF0U ? 4 : 2;
  }
  return bytes;
}

CsvFormat read_csv_format(std::string_view head) {
  CsvFormat format;
  if (head.starts_with("\xEF\xBB\xBF")) {
    format.start = 3;
  } else if (head.starts_with("\xFF\xFE")) {
    format = {TextEncoding::utf16le, ',', 2, 1};
  } else if (head.starts_with("\xFE\xFF")) {
    format = {TextEncoding::utf16be, ',', 2, 1};
  } else if (!is_utf8_head(head)) {
    format.encoding = TextEncoding::windows_1252;
  }
  const bool wide = format.encoding == TextEncoding::utf16le || format.encoding == TextEncoding::utf16be;
  std::size_t used = 0;
  const auto bytes = head.substr(format.start);
  std::string decoded = wide ? to_utf8(bytes, format.encoding, true, used) : std::string(bytes);
  std::string_view text(decoded);

  auto line = first_line(text);
  if (line.size() == 5 && text::ascii_lower(line.substr(0, 4)) == "sep=" && kDelimiters.contains(line[4])) {
    format.delimiter = line[4];
    auto end = line.size();
    if (text.substr(end).starts_with("\r\n")) ++end;
    end = std::min(end + 1, text.size());
    format.start += bytes_in_file(text.substr(0, end), format.encoding);
    format.start_line = 2;
    return format;
  }
  // A blank line before the header says nothing of the delimiter.
  while (line.empty() && !text.empty()) {
    text.remove_prefix(1);
    line = first_line(text);
  }
  format.delimiter = sniff_delimiter(line);
  return format;
}

}  // namespace ringdex::sync
