#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

// JSON as it is written: what a tree of values would lose is the order of members. All texts must be good JSON, as a
// JsonDocument was made of or a JsonWriter wrote. Pure.
namespace ringdex::text {

// With every member and element in a line of its own, so many spaces further in than what holds it, as nlohmann/json
// dumps it.
std::string indented(std::string_view json, std::size_t spaces);

// Without spaces between values.
std::string compact(std::string_view json);

// Members of an object, elements of a list, as they stand in the text that was given.
struct JsonPart {
  std::string_view name;  // between its quotes, as written; empty in a list
  std::string_view value;
};
std::vector<JsonPart> parts_of(std::string_view json);

// The value of an object's member; empty: there is none. The name is one that is written as it is.
std::string_view member_of(std::string_view json, std::string_view name);

}  // namespace ringdex::text
