#include "config/json_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

namespace ringdex::config {
namespace {

using Json = nlohmann::json;

// Follows the parser through the text to find keys that stand twice, with their places.
class RepeatedKeyFinder {
 public:
  explicit RepeatedKeyFinder(std::vector<Problem>& problems) : problems_(problems) {}

  void see(Json::parse_event_t event, const Json& value) {
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start: {
        const auto place = place_of_next();
        levels_.push_back({place, event == Json::parse_event_t::array_start, 0, {}, {}});
        break;
      }
      case Json::parse_event_t::key: {
        auto& level = levels_.back();
        level.key = value.get<std::string>();
        if (!level.seen.insert(level.key).second) {
          problems_.push_back({place_in(level.place, level.key), "stands twice in this object"});
        }
        break;
      }
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end:
        levels_.pop_back();
        count_element();
        break;
      case Json::parse_event_t::value:
        count_element();
        break;
    }
  }

 private:
  struct Level {
    std::string place;
    bool is_array;
    std::size_t elements;
    std::string key;
    std::set<std::string> seen;
  };

  std::string place_of_next() const {
    if (levels_.empty()) return {};
    const auto& level = levels_.back();
    return level.is_array ? fmt::format("{}[{}]", level.place, level.elements) : place_in(level.place, level.key);
  }

  void count_element() {
    if (!levels_.empty() && levels_.back().is_array) ++levels_.back().elements;
  }

  std::vector<Problem>& problems_;
  std::vector<Level> levels_;
};

std::string line_and_column(std::string_view text, std::size_t byte) {
  // The library counts the bytes read, the offending one included.
  const auto before = text.substr(0, std::min(text.size(), byte > 0 ? byte - 1 : 0));
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return fmt::format("line {}, column {}", line, before.size() - line_start + 1);
}

// "[json.exception.parse_error.101] parse error at line 3, column 7: syntax error ..." without what the place says.
std::string without_preamble(std::string_view what) {
  auto rest = what;
  if (const auto end = rest.find("] "); end != std::string_view::npos) rest.remove_prefix(end + 2);
  if (rest.starts_with("parse error")) {
    if (const auto colon = rest.find(": "); colon != std::string_view::npos) rest.remove_prefix(colon + 2);
  }
  return std::string(rest);
}

}  // namespace

std::string place_in(const std::string& place, std::string_view key) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == '$';
  };
  if (key.empty() || !std::all_of(key.begin(), key.end(), is_plain)) return fmt::format("{}[\"{}\"]", place, key);
  return place.empty() ? std::string(key) : fmt::format("{}.{}", place, key);
}

std::optional<text::JsonDocument> parse_json_text(const std::string& text, std::vector<Problem>& problems) {
  if (text.size() > kConfigBytesMax) {
    problems.push_back({"line 1, column 1", fmt::format("the file is larger than {} bytes", kConfigBytesMax)});
    return std::nullopt;
  }
  RepeatedKeyFinder finder(problems);
  const auto see = [&finder](int, Json::parse_event_t event, const Json& value) {
    finder.see(event, value);
    return true;
  };
  try {
    return text::JsonDocument(Json::parse(text, see, true, true));
  } catch (const Json::parse_error& error) {
    problems.push_back({line_and_column(text, error.byte), without_preamble(error.what())});
  } catch (const Json::exception& error) {
    problems.push_back({"line 1, column 1", without_preamble(error.what())});
  }
  return std::nullopt;
}

}  // namespace ringdex::config
