#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ringdex::server {

// Writes one JSON value onto the end of a text, for the answers that are given on every ring. The text is whole when
// the writer is gone. The caller keeps the order: a key before each value of an object. Bytes that are not UTF-8 become
// U+FFFD.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out), used_(out.size()) { grow(out_.capacity()); }
  ~JsonWriter() { out_.resize(used_); }
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& open(char bracket) {
    char* at = separated(1);
    *at++ = bracket;
    first_ = true;
    return done(at);
  }
  JsonWriter& close(char bracket) {
    char* at = room(1);
    *at++ = bracket;
    first_ = false;
    return done(at);
  }
  // `name` is plain ASCII without quotes and backslashes.
  JsonWriter& key(std::string_view name) {
    char* at = separated(name.size() + 3);
    *at++ = '"';
    at = copied(at, name);
    *at++ = '"';
    *at++ = ':';
    first_ = true;
    return done(at);
  }
  JsonWriter& text(std::string_view value) { return text({value}); }
  // The pieces together are one text.
  JsonWriter& text(std::initializer_list<std::string_view> pieces) {
    std::size_t bytes = 0;
    for (const std::string_view piece : pieces) bytes += piece.size();
    char* at = separated(bytes * kEscapedBytesMax + 2);
    *at++ = '"';
    for (const std::string_view piece : pieces) at = escaped(at, piece);
    *at++ = '"';
    return done(at);
  }
  JsonWriter& number(std::integral auto value) {
    constexpr std::size_t kDigitsMax = 20;
    char* at = separated(kDigitsMax);
    return done(std::to_chars(at, at + kDigitsMax, value).ptr);
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

  JsonWriter& word(std::string_view value) { return done(copied(separated(value.size()), value)); }
  // Where to write at most so many bytes.
  char* room(std::size_t bytes) {
    if (out_.size() - used_ < bytes) [[unlikely]]
      grow(2 * out_.size() + bytes);
    return out_.data() + used_;
  }
  // What is added is not set to zero first, since it is written over or cut off.
  void grow(std::size_t bytes) {
    out_.resize_and_overwrite(bytes, [](char*, std::size_t size) { return size; });
  }
  // The same, behind a comma where one is due.
  char* separated(std::size_t bytes) {
    char* at = room(bytes + 1);
    if (!first_) *at++ = ',';
    first_ = false;
    return at;
  }
  JsonWriter& done(const char* end) {
    used_ = static_cast<std::size_t>(end - out_.data());
    return *this;
  }

  std::string& out_;
  std::size_t used_;
  bool first_ = true;
};

}  // namespace ringdex::server
