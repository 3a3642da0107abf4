#include "server/api/json_writer.h"

#include <fmt/format.h>
#include <unicode/utf8.h>

#include <cstdint>
#include <iterator>

namespace ringdex::server {
namespace {

bool is_plain(unsigned char byte) {
  return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

void append_escape(std::string& out, unsigned char byte) {
  if (byte == '"' || byte == '\\') {
    out.append({'\\', static_cast<char>(byte)});
  } else {
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
  }
}

// One sequence of UTF-8, or U+FFFD for bytes that are none; gives where the next begins.
std::size_t append_sequence(std::string& out, std::string_view value, std::size_t at) {
  std::size_t next = at;
  UChar32 character = 0;
// The macro narrows inside.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
  U8_NEXT(value.data(), next, value.size(), character);
#pragma GCC diagnostic pop
  if (character < 0) {
    out.append("\xef\xbf\xbd");
  } else {
    out.append(value.substr(at, next - at));
  }
  return next;
}

}  // namespace

void JsonWriter::append_escaped(std::string_view value) {
  std::size_t at = 0;
  while (at < value.size()) {
    std::size_t end = at;
    while (end < value.size() && is_plain(static_cast<unsigned char>(value[end]))) ++end;
    out_.append(value.substr(at, end - at));
    if (end == value.size()) return;
    const auto byte = static_cast<unsigned char>(value[end]);
    if (byte < 0x80) {
      append_escape(out_, byte);
      at = end + 1;
    } else {
      at = append_sequence(out_, value, end);
    }
  }
}

}  // namespace ringdex::server
