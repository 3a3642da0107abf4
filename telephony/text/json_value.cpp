#include "telephony/text/json_value.h"

#include <nlohmann/json.hpp>

namespace ringdex::text {
namespace {

using nlohmann::json;

// Looks at brackets and colons outside texts, so that a hostile document is refused before any tree is built.
bool is_within(std::string_view text, const JsonLimits& limits) {
  std::size_t depth = 0;
  std::size_t members = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_text) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_text = false;
      }
    } else if (c == '"') {
      in_text = true;
    } else if (c == '{' || c == '[') {
      if (++depth > limits.depth_max) return false;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    } else if (c == ':' && ++members > limits.members_max) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool JsonView::is_null() const {
  return value_ != nullptr && value_->is_null();
}
bool JsonView::is_object() const {
  return value_ != nullptr && value_->is_object();
}
bool JsonView::is_list() const {
  return value_ != nullptr && value_->is_array();
}
bool JsonView::is_text() const {
  return value_ != nullptr && value_->is_string();
}
bool JsonView::is_boolean() const {
  return value_ != nullptr && value_->is_boolean();
}
bool JsonView::is_whole_number() const {
  return value_ != nullptr && value_->is_number_integer();
}
bool JsonView::is_number() const {
  return value_ != nullptr && value_->is_number();
}

JsonView JsonView::operator[](std::string_view name) const {
  if (!is_object()) return {};
  const auto found = value_->find(name);
  return found == value_->end() ? JsonView() : JsonView(*found);
}

std::vector<std::pair<std::string_view, JsonView>> JsonView::members() const {
  std::vector<std::pair<std::string_view, JsonView>> all;
  if (!is_object()) return all;
  for (const auto& [name, value] : value_->get_ref<const json::object_t&>()) all.emplace_back(name, JsonView(value));
  return all;
}

std::size_t JsonView::size() const {
  return is_object() || is_list() ? value_->size() : 0;
}

JsonView JsonView::at(std::size_t place) const {
  return is_list() && place < value_->size() ? JsonView((*value_)[place]) : JsonView();
}

std::optional<bool> JsonView::boolean() const {
  return is_boolean() ? std::optional(value_->get<bool>()) : std::nullopt;
}

std::optional<std::string_view> JsonView::text() const {
  return is_text() ? std::optional<std::string_view>(value_->get_ref<const std::string&>()) : std::nullopt;
}

std::optional<std::int64_t> JsonView::integer() const {
  if (!is_whole_number()) return std::nullopt;
  if (value_->is_number_unsigned() && value_->get<std::uint64_t>() > INT64_MAX) return std::nullopt;
  return value_->get<std::int64_t>();
}

std::optional<std::uint64_t> JsonView::natural() const {
  if (!is_whole_number() || (!value_->is_number_unsigned() && value_->get<std::int64_t>() < 0)) return std::nullopt;
  return value_->get<std::uint64_t>();
}

std::optional<double> JsonView::number() const {
  return is_number() ? std::optional(value_->get<double>()) : std::nullopt;
}

std::string JsonView::as_text() const {
  if (is_text()) return value_->get_ref<const std::string&>();
  return is_whole_number() || is_boolean() ? value_->dump() : std::string();
}

std::string JsonView::dump() const {
  return value_ == nullptr ? std::string() : value_->dump(-1, ' ', false, json::error_handler_t::replace);
}

JsonDocument::JsonDocument() : JsonDocument(json::object()) {}
JsonDocument::JsonDocument(json&& value) : value_(std::make_shared<const json>(std::move(value))) {}

std::expected<JsonDocument, JsonError> JsonDocument::parse(std::string_view text, const JsonLimits& limits) {
  if (!is_within(text, limits)) return std::unexpected(JsonError{JsonError::Kind::too_large, 0});
  try {
    return JsonDocument(json::parse(text));
  } catch (const json::parse_error& error) {
    return std::unexpected(JsonError{JsonError::Kind::syntax, error.byte});
  } catch (const json::exception&) {  // a number too large for a double
    return std::unexpected(JsonError{JsonError::Kind::syntax, text.size()});
  }
}

JsonDocument JsonDocument::merged(std::span<const JsonView> objects) {
  json whole = json::object();
  for (const JsonView object : objects) {
    if (object.is_object()) whole.update(*object.value());
  }
  return JsonDocument(std::move(whole));
}

}  // namespace ringdex::text
