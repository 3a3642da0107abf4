#include "config/object_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/json_text.h"
#include "config/nearest_word.h"
#include "config/value_syntax.h"

namespace ringdex::config {

using Json = nlohmann::json;

ObjectReader::ObjectReader(const Json& value, std::string place, std::vector<Problem>& problems)
    : value_(&value), place_(std::move(place)), problems_(&problems) {
  if (!value_->is_object()) problems_->push_back({place_, "must be an object"});
}

bool ObjectReader::has(std::string_view key) const {
  return value_->is_object() && value_->contains(key);
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

const Json* ObjectReader::find(std::string_view key, Presence presence) {
  known_.emplace_back(key);
  if (!value_->is_object()) return nullptr;
  const auto found = value_->find(key);
  if (found != value_->end()) return &*found;
  if (presence == Presence::required) report(key, "is required");
  return nullptr;
}

bool ObjectReader::text(std::string_view key, std::string& target, Presence presence) {
  const auto* value = find(key, presence);
  if (value == nullptr) return false;
  if (!value->is_string() || value->get_ref<const std::string&>().empty()) {
    report(key, "must be a text that is not empty");
    return false;
  }
  target = value->get<std::string>();
  return true;
}

bool ObjectReader::text_or_empty(std::string_view key, std::string& target, Presence presence) {
  const auto* value = find(key, presence);
  if (value == nullptr) return false;
  if (!value->is_string()) {
    report(key, "must be a text");
    return false;
  }
  target = value->get<std::string>();
  return true;
}

void ObjectReader::texts(std::string_view key, std::vector<std::string>& target) {
  const auto* value = find(key, Presence::optional);
  if (value == nullptr) return;
  if (!value->is_array()) return report(key, "must be a list of texts");
  target.clear();
  for (std::size_t i = 0; i < value->size(); ++i) {
    const auto& item = (*value)[i];
    if (item.is_string() && !item.get_ref<const std::string&>().empty()) {
      target.push_back(item.get<std::string>());
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
    report(key, fmt::format("\"{}\" is none of {}", value, fmt::join(choices, ", ")));
    return false;
  }
  target = value;
  return true;
}

void ObjectReader::flag(std::string_view key, bool& target) {
  const auto* value = find(key, Presence::optional);
  if (value == nullptr) return;
  if (!value->is_boolean()) return report(key, "must be true or false");
  target = value->get<bool>();
}

std::optional<std::uint64_t> ObjectReader::whole_number(std::string_view key, std::uint64_t min, std::uint64_t max) {
  const auto* value = find(key, Presence::optional);
  if (value == nullptr) return std::nullopt;
  if (value->is_number_unsigned()) {
    const auto number = value->get<std::uint64_t>();
    if (number >= min && number <= max) return number;
  }
  report(key, fmt::format("must be a whole number from {} to {}", min, max));
  return std::nullopt;
}

void ObjectReader::duration(std::string_view key, std::chrono::milliseconds& target, std::chrono::milliseconds min,
                            std::chrono::milliseconds max) {
  const auto* value = find(key, Presence::optional);
  if (value == nullptr) return;
  const auto parsed = value->is_string() ? parse_duration(value->get_ref<const std::string&>()) : std::nullopt;
  if (!parsed || *parsed < min || *parsed > max) {
    return report(key, fmt::format("must be a duration such as \"30m\", \"45s\" or \"500ms\", from {} to {}",
                                   duration_text(min), duration_text(max)));
  }
  target = *parsed;
}

void ObjectReader::secret(std::string_view key, std::string& target, const SecretPlaces& places, Presence presence) {
  const auto* value = find(key, presence);
  if (value == nullptr) return;
  auto secret = read_secret(*value, places);
  if (!secret) return report(key, std::move(secret.error()));
  target = std::move(*secret);
}

std::optional<ObjectReader> ObjectReader::object(std::string_view key, Presence presence) {
  const auto* value = find(key, presence);
  if (value == nullptr) return std::nullopt;
  return ObjectReader(*value, place_of(key), *problems_);
}

std::vector<ObjectReader> ObjectReader::objects(std::string_view key) {
  const auto* value = find(key, Presence::optional);
  std::vector<ObjectReader> readers;
  if (value == nullptr) return readers;
  if (!value->is_array()) {
    report(key, "must be a list of objects");
    return readers;
  }
  for (std::size_t i = 0; i < value->size(); ++i) {
    readers.emplace_back((*value)[i], fmt::format("{}[{}]", place_of(key), i), *problems_);
  }
  return readers;
}

std::vector<std::pair<std::string, const Json*>> ObjectReader::members(std::string_view key) {
  const auto* value = find(key, Presence::optional);
  std::vector<std::pair<std::string, const Json*>> result;
  if (value == nullptr) return result;
  if (!value->is_object()) {
    report(key, "must be an object");
    return result;
  }
  for (const auto& [name, member] : value->items()) result.emplace_back(name, &member);
  return result;
}

void ObjectReader::finish() {
  if (!value_->is_object()) return;
  for (const auto& [key, unused] : value_->items()) {
    if (std::find(known_.begin(), known_.end(), key) != known_.end()) continue;
    if (const auto nearest = nearest_word(key, known_); !nearest.empty()) {
      report(key, fmt::format("unknown key; did you mean \"{}\"?", nearest));
    } else {
      report(key, fmt::format("unknown key; known here are {}", fmt::join(known_, ", ")));
    }
  }
}

}  // namespace ringdex::config
