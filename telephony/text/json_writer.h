#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "telephony/text/times.h"

namespace ringdex::text {

// A name that is known when the program is built: plain ASCII without quotes and backslashes.
template <std::size_t kSize>
struct JsonName {
  // As it stands in an object: a comma, the quoted name, a colon.
  std::array<char, kSize + 3> written{};

  consteval JsonName(const char (&name)[kSize]) {
    written[0] = ',';
    written[1] = '"';
    for (std::size_t i = 0; i + 1 < kSize; ++i) {
      if (name[i] < 0x20 || name[i] == 0x7f || name[i] == '"' || name[i] == '\\') throw "not plain";
      written[i + 2] = name[i];
    }
    written[kSize + 1] = '"';
    written[kSize + 2] = ':';
  }
};

// Writes one JSON value onto the end of a text. The caller keeps the order: a key before each value of an object. Bytes
// that are not UTF-8 become U+FFFD. Names as template arguments are for the answers that are given on every ring; as
// text they cost less to compile.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& open(char bracket) {
    put(1, [bracket](char* at) {
      *at++ = bracket;
      return at;
    });
    first_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    first_ = false;
    return *this;
  }

  template <JsonName kName>
  JsonWriter& key() {
    put_behind<kName>(0, [](char* at) { return at; });
    first_ = true;
    return *this;
  }
  // A name from outside.
  JsonWriter& key(std::string_view name) {
    text(name);
    out_.push_back(':');
    first_ = true;
    return *this;
  }

  JsonWriter& text(std::string_view value) {
    put(text_bytes_max(value.size()), [value](char* at) { return quoted(at, value); });
    return *this;
  }
  JsonWriter& number(std::integral auto value) {
    put(kDigitsMax, [value](char* at) { return std::to_chars(at, at + kDigitsMax, value).ptr; });
    return *this;
  }
  JsonWriter& boolean(bool value) { return word(value ? "true" : "false"); }
  JsonWriter& null() { return word("null"); }
  JsonWriter& number(double value);
  JsonWriter& time(TimePoint value);  // as format_iso_time
  JsonWriter& texts(std::span<const std::string> values);
  // A value that is JSON already.
  JsonWriter& raw(std::string_view json) { return word(json); }

  // A key and its value in one.
  JsonWriter& member(std::string_view name, std::string_view value);
  JsonWriter& member(std::string_view name, const char* value) { return member(name, std::string_view(value)); }
  JsonWriter& member(std::string_view name, const std::string& value) { return member(name, std::string_view(value)); }
  JsonWriter& member(std::string_view name, bool value);
  JsonWriter& member(std::string_view name, std::integral auto value) { return put_number(name, value); }
  JsonWriter& member(std::string_view name, double value);
  JsonWriter& member(std::string_view name, TimePoint value);
  JsonWriter& member(std::string_view name, std::span<const std::string> values);
  JsonWriter& null_member(std::string_view name);
  JsonWriter& raw_member(std::string_view name, std::string_view json);
  // null where there is no value.
  template <typename Value>
  JsonWriter& member(std::string_view name, const std::optional<Value>& value) {
    return value ? member(name, *value) : null_member(name);
  }

  // A key and its text in one.
  template <JsonName kName>
  JsonWriter& member(std::string_view value) {
    put_behind<kName>(text_bytes_max(value.size()), [value](char* at) { return quoted(at, value); });
    return *this;
  }
  // The pieces together are one text.
  template <JsonName kName>
  JsonWriter& member(std::initializer_list<std::string_view> pieces) {
    std::size_t bytes = 0;
    for (const std::string_view piece : pieces) bytes += piece.size();
    put_behind<kName>(text_bytes_max(bytes), [pieces](char* at) {
      *at++ = '"';
      for (const std::string_view piece : pieces) at = escaped(at, piece);
      *at++ = '"';
      return at;
    });
    return *this;
  }

 private:
  JsonWriter& put_number(std::string_view name, std::signed_integral auto value) {
    return integer_member(name, static_cast<std::int64_t>(value));
  }
  JsonWriter& put_number(std::string_view name, std::unsigned_integral auto value) {
    return natural_member(name, static_cast<std::uint64_t>(value));
  }
  JsonWriter& integer_member(std::string_view name, std::int64_t value);
  JsonWriter& natural_member(std::string_view name, std::uint64_t value);

  static constexpr std::size_t kDigitsMax = 20;
  // A control character is written in six bytes, a byte that is not UTF-8 as three; eight are written at a time.
  static constexpr std::size_t text_bytes_max(std::size_t bytes) { return bytes * 6 + 2 + 8; }

  static char* copied(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }
  static char* quoted(char* at, std::string_view value) {
    *at++ = '"';
    at = escaped(at, value);
    *at++ = '"';
    return at;
  }
  // May write up to eight bytes behind its end.
  static char* escaped(char* at, std::string_view value);

  JsonWriter& word(std::string_view value) {
    put(value.size(), [value](char* at) { return copied(at, value); });
    return *this;
  }
  // `write` writes at most so many bytes and says where it ended. The room for them is not set to zero first.
  void append(std::size_t bytes_max, auto write) {
    const std::size_t used = out_.size();
    out_.resize_and_overwrite(
        used + bytes_max, [&](char* text, std::size_t) { return static_cast<std::size_t>(write(text + used) - text); });
  }
  // The same behind a comma where one is due.
  void put(std::size_t bytes_max, auto write) {
    append(bytes_max + 1, [&](char* at) {
      if (!std::exchange(first_, false)) *at++ = ',';
      return write(at);
    });
  }
  template <JsonName kName>
  void put_behind(std::size_t bytes_max, auto write) {
    append(bytes_max + kName.written.size(), [&](char* at) {
      const bool first = std::exchange(first_, false);
      std::memcpy(at, kName.written.data() + first, kName.written.size() - first);
      return write(at + kName.written.size() - first);
    });
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace ringdex::text
