#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ringdex::sync {

// Reading JSON that others wrote: nothing here throws, and a field of another type counts as absent.
inline constexpr std::size_t kJsonDepthMax = 64;
inline constexpr std::size_t kIdDigitsMax = 19;

// The whole text as one JSON value, or nothing: not JSON, not UTF-8, or nested deeper than kJsonDepthMax.
std::optional<nlohmann::json> read_json(std::string_view text);

// The member of an object, or nullptr. A null member counts as absent.
const nlohmann::json* member(const nlohmann::json& object, const char* name);
const nlohmann::json* array_member(const nlohmann::json& object, const char* name);
std::string text_member(const nlohmann::json& object, const char* name);  // empty if absent
std::optional<bool> bool_member(const nlohmann::json& object, const char* name);

// A value as text: a string as it is, a whole number in digits, true and false; anything else is empty.
std::string value_text(const nlohmann::json& value);
// The same of a list's elements; of any other value, of itself. Empty texts are left out.
std::vector<std::string> value_texts(const nlohmann::json& value);

// An id given as a whole number or as a string of 1 to kIdDigitsMax digits; "0" and anything else is nothing.
std::optional<std::string> digit_id(const nlohmann::json* value);
std::optional<std::string> digit_id(std::string_view text);

}  // namespace ringdex::sync
