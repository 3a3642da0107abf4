#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Reading JSON (RFC 8259) that others wrote. The library behind it, nlohmann/json, stays in the .cpp, since its header
// costs each file that includes it seconds to compile. Nothing here throws, and a value of another type counts as
// absent.
namespace ringdex::text {

// One value of a document, or the absence of one. It is a pointer: copy it, and keep the document while it is used. Any
// thread may read.
class JsonView {
 public:
  JsonView() = default;                                              // absent
  JsonView(const nlohmann::json& value) : value_(&value) {}          // NOLINT: as a std::string_view of a text
  explicit JsonView(const nlohmann::json* value) : value_(value) {}  // nullptr: absent

  // Whether it is there and not null.
  explicit operator bool() const { return value_ != nullptr && !is_null(); }
  bool is_absent() const { return value_ == nullptr; }
  bool is_null() const;  // there, and null
  bool is_object() const;
  bool is_list() const;
  bool is_text() const;
  bool is_boolean() const;
  bool is_whole_number() const;  // written without fraction and exponent
  bool is_number() const;

  // The member of an object of that name; absent also if this is no object.
  JsonView operator[](std::string_view name) const;
  // All members of an object, by their names' bytes.
  std::vector<std::pair<std::string_view, JsonView>> members() const;
  // How many members an object or elements a list has; 0 of anything else.
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  // The element of a list; absent behind its end.
  JsonView at(std::size_t place) const;

  // Through the elements of a list; through nothing of anything else.
  class Iterator {
   public:
    using value_type = JsonView;
    using difference_type = std::ptrdiff_t;
    Iterator() = default;
    Iterator(const nlohmann::json* list, std::size_t place) : list_(list), place_(place) {}
    JsonView operator*() const { return JsonView(list_).at(place_); }
    Iterator& operator++() {
      ++place_;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++place_;
      return before;
    }
    bool operator==(const Iterator& other) const { return place_ == other.place_; }

   private:
    const nlohmann::json* list_ = nullptr;
    std::size_t place_ = 0;
  };
  Iterator begin() const { return {value_, 0}; }
  Iterator end() const { return {value_, is_list() ? size() : 0}; }

  std::optional<bool> boolean() const;
  std::optional<std::string_view> text() const;
  std::string text_or_empty() const { return std::string(text().value_or(std::string_view())); }
  // A whole number in the type's range.
  std::optional<std::int64_t> integer() const;
  std::optional<std::uint64_t> natural() const;
  // Any number, as near as a double comes.
  std::optional<double> number() const;
  // A text as it is, a whole number in digits, true and false; anything else is empty.
  std::string as_text() const;

  // The value as JSON without spaces, members by their names' bytes; bytes that are not UTF-8 become U+FFFD.
  std::string dump() const;
  const nlohmann::json* value() const { return value_; }

 private:
  const nlohmann::json* value_ = nullptr;
};

struct JsonLimits {
  std::size_t depth_max = 64;          // lists and objects inside each other
  std::size_t members_max = SIZE_MAX;  // of all objects together
};

struct JsonError {
  enum class Kind { too_large, syntax };  // beyond a limit; not JSON or not UTF-8
  Kind kind;
  std::size_t byte;  // at which a syntax error was seen, counted from 1
};

// A document that its copies share.
class JsonDocument {
 public:
  // The limits are looked at before anything is built.
  static std::expected<JsonDocument, JsonError> parse(std::string_view text, const JsonLimits& limits = {});
  // One object with copies of the members of all; of members of one name the last.
  static JsonDocument merged(std::span<const JsonView> objects);

  JsonDocument();  // {}
  explicit JsonDocument(nlohmann::json&& value);

  JsonView root() const { return JsonView(value_.get()); }
  operator JsonView() const { return root(); }  // NOLINT: as std::string to std::string_view
  JsonView operator[](std::string_view name) const { return root()[name]; }

 private:
  std::shared_ptr<const nlohmann::json> value_;
};

}  // namespace ringdex::text
