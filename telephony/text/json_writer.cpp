#include "telephony/text/json_writer.h"

#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace ringdex::text {
namespace {

// Bytes that stand for themselves between quotes.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

// Whether all of eight bytes are plain (S. E. Anderson, "Bit Twiddling Hacks": a byte less than n, a zero byte). It may
// be wrong only towards no.
bool all_plain(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t value) { return (value - kOnes) & ~value & kHigh; };
  const std::uint64_t control = (bytes - kOnes * 0x20) & ~bytes & kHigh;
  return ((bytes & kHigh) | control | has_zero(bytes ^ kOnes * '"') | has_zero(bytes ^ kOnes * '\\')) == 0;
}

char* put_escape(char* at, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kShortFor = "\"\\\b\f\n\r\t";
  constexpr std::string_view kShort = "\"\\bfnrt";
  *at++ = '\\';
  if (const std::size_t place = kShortFor.find(static_cast<char>(byte)); place != std::string_view::npos) {
    *at++ = kShort[place];
    return at;
  }
  for (const char character : {'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]}) *at++ = character;
  return at;
}

// One sequence of UTF-8, or U+FFFD for bytes that are none; moves `from` behind it.
char* put_sequence(char* at, std::string_view value, std::size_t& from) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  std::size_t next = from;
  UChar32 character = 0;
// The macro narrows inside.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
  U8_NEXT(value.data(), next, value.size(), character);
#pragma GCC diagnostic pop
  const std::string_view put = character < 0 ? kReplacement : value.substr(from, next - from);
  std::memcpy(at, put.data(), put.size());
  from = next;
  return at + put.size();
}

}  // namespace

char* JsonWriter::escaped(char* at, std::string_view value) {
  constexpr std::uint64_t kSpaces = 0x2020202020202020;
  std::size_t from = 0;
  while (from < value.size()) {
    // What is plain goes eight bytes at a time, the last of them filled up with spaces that the next text covers.
    const std::size_t length = std::min(value.size() - from, sizeof(std::uint64_t));
    std::uint64_t eight = kSpaces;
    if (length == sizeof eight) {
      std::memcpy(&eight, value.data() + from, sizeof eight);
    } else {
      std::memcpy(&eight, value.data() + from, length);
    }
    if (all_plain(eight)) {
      std::memcpy(at, &eight, sizeof eight);
      at += length;
      from += length;
      continue;
    }
    const auto byte = static_cast<unsigned char>(value[from]);
    if (kPlain[byte]) {
      *at++ = value[from++];
    } else if (byte < 0x80) {
      at = put_escape(at, byte);
      ++from;
    } else {
      at = put_sequence(at, value, from);
    }
  }
  return at;
}

JsonWriter& JsonWriter::number(double value) {
  // JSON has no words for what is no finite number.
  if (!std::isfinite(value)) return null();
  // In plain digits from a ten-thousandth to fifteen places in front of the point.
  const double size = std::abs(value);
  const bool is_plain = size == 0 || (size >= 1e-4 && size < 1e15);
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 is_plain ? std::chars_format::fixed : std::chars_format::scientific)
                       .ptr;
  const std::string_view written(digits.data(), static_cast<std::size_t>(end - digits.data()));
  word(written);
  if (is_plain && !written.contains('.')) out_ += ".0";
  return *this;
}

JsonWriter& JsonWriter::time(TimePoint value) {
  return text(format_iso_time(value));
}

JsonWriter& JsonWriter::texts(std::span<const std::string> values) {
  open('[');
  for (const std::string& value : values) text(value);
  return close(']');
}

JsonWriter& JsonWriter::member(std::string_view name, std::string_view value) {
  return key(name).text(value);
}
JsonWriter& JsonWriter::member(std::string_view name, bool value) {
  return key(name).boolean(value);
}
JsonWriter& JsonWriter::member(std::string_view name, double value) {
  return key(name).number(value);
}
JsonWriter& JsonWriter::member(std::string_view name, TimePoint value) {
  return key(name).time(value);
}
JsonWriter& JsonWriter::member(std::string_view name, std::span<const std::string> values) {
  return key(name).texts(values);
}
JsonWriter& JsonWriter::null_member(std::string_view name) {
  return key(name).null();
}
JsonWriter& JsonWriter::raw_member(std::string_view name, std::string_view json) {
  return key(name).raw(json);
}
JsonWriter& JsonWriter::integer_member(std::string_view name, std::int64_t value) {
  return key(name).number(value);
}
JsonWriter& JsonWriter::natural_member(std::string_view name, std::uint64_t value) {
  return key(name).number(value);
}

}  // namespace ringdex::text
