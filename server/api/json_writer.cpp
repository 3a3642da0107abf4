#include "server/api/json_writer.h"

#include <unicode/utf8.h>

#include <array>
#include <cstdint>

namespace ringdex::server {
namespace {

// Bytes that stand for themselves between quotes.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

char* put_escape(char* at, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  *at++ = '\\';
  if (byte == '"' || byte == '\\') {
    *at++ = static_cast<char>(byte);
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
  std::size_t from = 0;
  while (from < value.size()) {
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

}  // namespace ringdex::server
