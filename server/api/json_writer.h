#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace ringdex::server {

// Writes one JSON value straight into a text, for the answers that are given on every ring. The caller keeps the order:
// a key before each value of an object. Bytes that are not UTF-8 become U+FFFD.
class JsonWriter {
 public:
  JsonWriter() { out_.reserve(1024); }

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
  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::integral auto value) { return raw(std::to_string(value)); }
  JsonWriter& boolean(bool value) { return raw(value ? "true" : "false"); }
  JsonWriter& null() { return raw("null"); }
  JsonWriter& member(std::string_view name, std::string_view value) { return key(name).text(value); }

  std::string take() { return std::move(out_); }

 private:
  JsonWriter& raw(std::string_view value) {
    separate();
    out_.append(value);
    return *this;
  }
  void separate() {
    if (!first_) out_.push_back(',');
    first_ = false;
  }
  std::string out_;
  bool first_ = true;
};

}  // namespace ringdex::server
