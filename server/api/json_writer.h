#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace ringdex::server {

// Writes one JSON value onto the end of a text, for the answers that are given on every ring. The caller keeps the
// order: a key before each value of an object. Bytes that are not UTF-8 become U+FFFD.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& open(char bracket) {
    put(1, separator(), [bracket](char* at) {
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
  // `name` is plain ASCII without quotes and backslashes.
  JsonWriter& key(std::string_view name) {
    put(name.size() + 3, separator(), [name](char* at) {
      *at++ = '"';
      at = copied(at, name);
      *at++ = '"';
      *at++ = ':';
      return at;
    });
    first_ = true;
    return *this;
  }
  JsonWriter& text(std::string_view value) { return text({value}); }
  // The pieces together are one text.
  JsonWriter& text(std::initializer_list<std::string_view> pieces) {
    std::size_t bytes = 0;
    for (const std::string_view piece : pieces) bytes += piece.size();
    put(bytes * kEscapedBytesMax + 2, separator(), [pieces](char* at) {
      *at++ = '"';
      for (const std::string_view piece : pieces) at = escaped(at, piece);
      *at++ = '"';
      return at;
    });
    return *this;
  }
  JsonWriter& number(std::integral auto value) {
    constexpr std::size_t kDigitsMax = 20;
    put(kDigitsMax, separator(), [value](char* at) { return std::to_chars(at, at + kDigitsMax, value).ptr; });
    return *this;
  }
  JsonWriter& boolean(bool value) { return word(value ? "true" : "false"); }
  JsonWriter& null() { return word("null"); }
  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }

 private:
  // A control character is written in six bytes, a byte that is not UTF-8 as three.
  static constexpr std::size_t kEscapedBytesMax = 6;

  static char* copied(char* at, std::string_view text) {
    std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }
  static char* escaped(char* at, std::string_view value);

  JsonWriter& word(std::string_view value) {
    put(value.size(), separator(), [value](char* at) { return copied(at, value); });
    return *this;
  }
  // Whether a comma is due in front of the next value.
  bool separator() { return !std::exchange(first_, false); }
  // `write` writes at most so many bytes and says where it ended. The room for them is not set to zero first.
  void put(std::size_t bytes_max, bool comma, auto write) {
    const std::size_t used = out_.size();
    out_.resize_and_overwrite(used + bytes_max + 1, [&](char* text, std::size_t) {
      char* at = text + used;
      if (comma) *at++ = ',';
      return static_cast<std::size_t>(write(at) - text);
    });
  }

  std::string& out_;
  bool first_ = true;
};

}  // namespace ringdex::server
