#include "config/object_reader.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/json_text.h"
#include "config/nearest_word.h"
#include "config/value_syntax.h"
#include "telephony/text/joined.h"

namespace ringdex::config {

using text::JsonView;

ObjectReader::ObjectReader(JsonView value, std::string place, std::vector<Problem>& problems)
    : value_(value), place_(std::move(place)), problems_(&problems) {
  if (!value_.is_object()) problems_->push_back({place_, "must be an object"});
}

bool ObjectReader::has(std::string_view key) const {
  return !value_[key].is_absent();
}

std::string ObjectReader::place_of(std::string_view key) const {
  return place_in(place_, key);
}

void ObjectReader::report(std::string_view key, std::string message) {
  problems_->push_back({place_of(key), std::move(message)});
}

void ObjectReader::report_at(std::string place, std::string message) {
  problems_->push_back({std::move(place), std::move(message)});
}

JsonView ObjectReader::find(std::string_view key, Presence presence) {
  known_.emplace_back(key);
  const JsonView found = value_[key];
  if (found.is_absent() && value_.is_object() && presence == Presence::required) report(key, "is required");
  return found;
}

bool ObjectReader::text(std::string_view key, std::string& target, Presence presence) {
  const JsonView value = find(key, presence);
  if (value.is_absent()) return false;
  if (value.text_or_empty().empty()) {
    report(key, "must be a text that is not empty");
    return false;
  }
  target = value.text_or_empty();
  return true;
}

bool ObjectReader::text_or_empty(std::string_view key, std::string& target, Presence presence) {
  const JsonView value = find(key, presence);
  if (value.is_absent()) return false;
  if (!value.is_text()) {
    report(key, "must be a text");
    return false;
  }
  target = value.text_or_empty();
  return true;
}

void ObjectReader::texts(std::string_view key, std::vector<std::string>& target) {
  const JsonView value = find(key, Presence::optional);
  if (value.is_absent()) return;
  if (!value.is_list()) return report(key, "must be a list of texts");
  target.clear();
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (std::string item = value.at(i).text_or_empty(); !item.empty()) {
      target.push_back(std::move(item));
    } else {
      problems_->push_back({fmt::format("{}[{}]", place_of(key), i), "must be a text that is not empty"});
    }
  }
}

bool ObjectReader::choice(std::string_view key, std::string& target, std::initializer_list<std::string_view> choices,
                          Presence presence) {
  std::string value;
  if (!text(key, value, presence)) return false;
  if (std::find(choices.begin(), choices.end(), value) == choices.end()) {
    report(key, fmt::format("\"{}\" is none of {}", value, text::joined(choices, ", ")));
    return false;
  }
  target = value;
  return true;
}

void ObjectReader::flag(std::string_view key, bool& target) {
  const JsonView value = find(key, Presence::optional);
  if (value.is_absent()) return;
  const auto given = value.boolean();
  if (!given) return report(key, "must be true or false");
  target = *given;
}

std::optional<std::uint64_t> ObjectReader::whole_number(std::string_view key, std::uint64_t min, std::uint64_t max) {
  const JsonView value = find(key, Presence::optional);
  if (value.is_absent()) return std::nullopt;
  if (const auto number = value.natural(); number && *number >= min && *number <= max) return number;
  report(key, fmt::format("must be a whole number from {} to {}", min, max));
  return std::nullopt;
}

void ObjectReader::duration(std::string_view key, std::chrono::milliseconds& target, std::chrono::milliseconds min,
                            std::chrono::milliseconds max) {
  const JsonView value = find(key, Presence::optional);
  if (value.is_absent()) return;
  const auto parsed = parse_duration(value.text_or_empty());
  if (!parsed || *parsed < min || *parsed > max) {
    return report(key, fmt::format("must be a duration such as \"30m\", \"45s\" or \"500ms\", from {} to {}",
                                   duration_text(min), duration_text(max)));
  }
  target = *parsed;
}

void ObjectReader::secret(std::string_view key, std::string& target, const SecretPlaces& places, Presence presence) {
  const JsonView value = find(key, presence);
  if (value.is_absent()) return;
  auto secret = read_secret(value, places);
  if (!secret) return report(key, std::move(secret.error()));
  target = std::move(*secret);
}

std::optional<ObjectReader> ObjectReader::object(std::string_view key, Presence presence) {
  const JsonView value = find(key, presence);
  if (value.is_absent()) return std::nullopt;
  return ObjectReader(value, place_of(key), *problems_);
}

std::vector<ObjectReader> ObjectReader::objects(std::string_view key) {
  const JsonView value = find(key, Presence::optional);
  std::vector<ObjectReader> readers;
  if (value.is_absent()) return readers;
  if (!value.is_list()) {
    report(key, "must be a list of objects");
    return readers;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    readers.emplace_back(value.at(i), fmt::format("{}[{}]", place_of(key), i), *problems_);
  }
  return readers;
}

std::vector<std::pair<std::string, JsonView>> ObjectReader::members(std::string_view key) {
  const JsonView value = find(key, Presence::optional);
  std::vector<std::pair<std::string, JsonView>> result;
  if (value.is_absent()) return result;
  if (!value.is_object()) {
    report(key, "must be an object");
    return result;
  }
  for (const auto& [name, member] : value.members()) result.emplace_back(name, member);
  return result;
}

void ObjectReader::finish() {
  for (const auto& [key, unused] : value_.members()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    if (const auto nearest = nearest_word(key, known_); !nearest.empty()) {
      report(key, fmt::format("unknown key; did you mean \"{}\"?", nearest));
    } else {
      report(key, fmt::format("unknown key; known here are {}", text::joined(known_, ", ")));
    }
  }
}

}  // namespace ringdex::config
