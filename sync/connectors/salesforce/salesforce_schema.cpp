#include "sync/connectors/salesforce/salesforce_schema.h"

#include <algorithm>
#include <utility>

#include "sync/clean_text.h"
#include "telephony/text/plain_text.h"

namespace ringdex::sync {
namespace {

constexpr std::size_t kFieldsMax = 5'000;
constexpr std::size_t kNameBytesMax = 100;
constexpr std::size_t kToldMax = 1'000;

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= kNameBytesMax && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
  });
}

}  // namespace

const SalesforceField* SalesforceDescription::field(const std::string& name) const {
  const auto found = fields.find(name);
  return found == fields.end() ? nullptr : &found->second;
}

std::optional<std::string> SalesforceDescription::name_in_any_case(const std::string& name) const {
  if (fields.contains(name)) return name;
  const std::string lower = text::ascii_lower(name);
  for (const auto& [known, field] : fields) {
    if (text::ascii_lower(known) == lower) return known;
  }
  return std::nullopt;
}

std::optional<SalesforceDescription> read_salesforce_describe(text::JsonView answer) {
  const text::JsonView rows = answer["fields"];
  if (!rows.is_list() || rows.size() > kFieldsMax) return std::nullopt;
  SalesforceDescription description;
  description.exists = true;
  description.replicateable = answer["replicateable"].boolean().value_or(true);
  for (const text::JsonView row : rows) {
    std::string name = row["name"].text_or_empty();
    if (!is_name(name)) continue;
    SalesforceField field{row["type"].text_or_empty(), row["filterable"].boolean().value_or(true),
                          row["relationshipName"].text_or_empty()};
    if (!is_name(field.relationship)) field.relationship.clear();
    description.fields.emplace(std::move(name), std::move(field));
  }
  if (!description.fields.contains("Id")) return std::nullopt;
  return description;
}

std::shared_ptr<const SalesforceDescription> SalesforceSchema::find(const std::string& object,
                                                                    index::TimePoint now) const {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(object);
  if (found == known_.end() || now < found->second.at ||
      now - found->second.at >= (found->second.description->exists ? kMaxAge : kMissingMaxAge)) {
    return nullptr;
  }
  return found->second.description;
}

void SalesforceSchema::learned(const std::string& object, std::shared_ptr<const SalesforceDescription> description,
                               index::TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (description->exists) existed_.insert(object);
  known_[object] = {std::move(description), now};
}

bool SalesforceSchema::existed(const std::string& object) const {
  const std::lock_guard lock(mutex_);
  return existed_.contains(object);
}

void SalesforceSchema::forget(const std::string& object) {
  const std::lock_guard lock(mutex_);
  known_.erase(object);
}

bool SalesforceSchema::first_time(const std::string& text) {
  const std::lock_guard lock(mutex_);
  return told_.size() < kToldMax && told_.insert(text).second;
}

}  // namespace ringdex::sync
