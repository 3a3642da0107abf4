#include "telephony/text/json_layout.h"

#include <algorithm>

namespace ringdex::text {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Behind the text whose first quote stands there.
std::size_t end_of_text(std::string_view json, std::size_t at) {
  for (++at; at < json.size() && json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return std::min(at + 1, json.size());
}

std::size_t behind_spaces(std::string_view json, std::size_t at) {
  while (at < json.size() && is_space(json[at])) ++at;
  return at;
}

// Behind the value that begins there.
std::size_t end_of_value(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_text(json, at);
      if (depth == 0) return at;
      continue;
    }
    const bool closes = c == '}' || c == ']';
    if (depth == 0 && (closes || c == ',' || is_space(c))) return at;
    if (c == '{' || c == '[') ++depth;
    ++at;
    if (closes && --depth == 0) return at;
  }
  return at;
}

}  // namespace

std::string indented(std::string_view json, std::size_t spaces) {
  std::string out;
  std::size_t depth = 0;
  const auto end_line = [&] { out.append("\n").append(depth * spaces, ' '); };
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = end_of_text(json, at);
      out += json.substr(at, end - at);
      at = end;
      continue;
    }
    ++at;
    if (is_space(c)) continue;
    if (c == '}' || c == ']') {
      depth -= depth > 0;
      end_line();
    }
    out += c;
    if (c == ':') out += ' ';
    if (c == ',') end_line();
    if (c != '{' && c != '[') continue;
    at = behind_spaces(json, at);
    if (at < json.size() && (json[at] == '}' || json[at] == ']')) {
      out += json[at++];
    } else {
      ++depth;
      end_line();
    }
  }
  return out;
}

std::string compact(std::string_view json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = json[at] == '"' ? end_of_text(json, at) : at + 1;
    if (!is_space(json[at])) out += json.substr(at, end - at);
    at = end;
  }
  return out;
}

std::vector<JsonPart> parts_of(std::string_view json) {
  std::vector<JsonPart> parts;
  std::size_t at = behind_spaces(json, 0);
  if (at == json.size() || (json[at] != '{' && json[at] != '[')) return parts;
  const bool has_names = json[at] == '{';
  while (true) {
    at = behind_spaces(json, at + 1);
    if (at >= json.size() || json[at] == '}' || json[at] == ']') return parts;
    JsonPart part;
    if (has_names) {
      const std::size_t end = end_of_text(json, at);
      part.name = json.substr(at + 1, end - at - 2);
      at = behind_spaces(json, std::min(behind_spaces(json, end) + 1, json.size()));
    }
    const std::size_t end = end_of_value(json, at);
    part.value = json.substr(at, end - at);
    parts.push_back(part);
    at = behind_spaces(json, end);
    if (at >= json.size() || json[at] != ',') return parts;
  }
}

std::string_view member_of(std::string_view json, std::string_view name) {
  for (const JsonPart& part : parts_of(json)) {
    if (part.name == name) return part.value;
  }
  return {};
}

}  // namespace ringdex::text
