#include "sync/json_fields.h"

#include <algorithm>

namespace ringdex::sync {
namespace {

// Counts brackets outside strings, so that a hostile answer is refused before any tree is built.
bool too_deep(std::string_view text) {
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (in_string) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kJsonDepthMax) return true;
    } else if ((c == '}' || c == ']') && depth > 0) {
      --depth;
    }
  }
  return false;
}

}  // namespace

std::optional<nlohmann::json> read_json(std::string_view text) {
  if (too_deep(text)) return std::nullopt;
  auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

const nlohmann::json* member(const nlohmann::json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) return nullptr;
  return &*found;
}

const nlohmann::json* array_member(const nlohmann::json& object, const char* name) {
  const auto* value = member(object, name);
  return value != nullptr && value->is_array() ? value : nullptr;
}

std::string text_member(const nlohmann::json& object, const char* name) {
  const auto* value = member(object, name);
  return value != nullptr && value->is_string() ? value->get_ref<const std::string&>() : std::string();
}

std::optional<bool> bool_member(const nlohmann::json& object, const char* name) {
  const auto* value = member(object, name);
  if (value == nullptr || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::string value_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get_ref<const std::string&>();
  if (value.is_number_integer() || value.is_boolean()) return value.dump();
  return {};
}

std::vector<std::string> value_texts(const nlohmann::json& value) {
  std::vector<std::string> texts;
  const auto add = [&texts](const nlohmann::json& one) {
    if (auto text = value_text(one); !text.empty()) texts.push_back(std::move(text));
  };
  if (!value.is_array()) add(value);
  if (value.is_array()) {
    for (const auto& one : value) add(one);
  }
  return texts;
}

std::optional<std::string> digit_id(const nlohmann::json* value) {
  if (value == nullptr) return std::nullopt;
  if (value->is_string()) return digit_id(value->get_ref<const std::string&>());
  // A negative one keeps its sign and is refused for it.
  if (value->is_number_integer()) return digit_id(value->dump());
  return std::nullopt;
}

std::optional<std::string> digit_id(std::string_view text) {
  if (text.empty() || text.size() > kIdDigitsMax || text[0] == '0') return std::nullopt;
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return std::string(text);
}

}  // namespace ringdex::sync
