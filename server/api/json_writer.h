#pragma once

#include <array>
#include <charconv>
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>

namespace ringdex::server {

// Writes one JSON value onto the end of a text, for the answers that are given on every ring. The caller keeps the order:
// a key before each value of an object. Bytes that are not UTF-8 become U+FFFD.
class JsonWriter {
 public:
  explicit JsonWriter(std::string& out) : out_(out) {}

  JsonWriter& open(char bracket) {
    separate();
    out_.push_back(bracket);
    first_ = true;
    return *this;
  }
  JsonWriter& close(char bracket) {
    out_.push_back(bracket);
    first_ = false;
    return *this;
  }
  JsonWriter& key(std::string_view name) {
    text(name);
    out_.push_back(':');
    first_ = true;
    return *this;
  }
  JsonWriter& text(std::string_view value) {
    separate();
    out_.push_back('"');
    append_escaped(value);
    out_.push_back('"');
    return *this;
  }
  // The pieces together are one text.
  JsonWriter& text(std::initializer_list<std::string_view> pieces) {
    separate();
    out_.push_back('"');
    for (const std::string_view piece : pieces) append_escaped(piece);
    out_.push_back('"');
    return *this;
  }
  JsonWriter& number(std::integral auto value) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    return raw({digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }

 private:
  void append_escaped(std::string_view value);
  JsonWriter& raw(std::string_view value) {
    separate();
    out_.append(value);
    return *this;
  }
  void separate() {
    if (!first_) out_.push_back(',');
    first_ = false;
  }
  std::string& out_;
  bool first_ = true;
};

}  // namespace ringdex::server
