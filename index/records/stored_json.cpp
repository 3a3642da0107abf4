#include "index/records/stored_json.h"

namespace ringdex::index {
namespace {

std::optional<RecordId> id_from(text::JsonView value) {
  const auto text = value.text();
  return text ? RecordId::parse(*text) : std::nullopt;
}

}  // namespace

StoredObject::StoredObject(text::JsonView value, bool& good) : value_(value), good_(&good) {
  if (!value.is_object()) good = false;
}

std::string StoredObject::text(std::string_view name) const {
  return std::string(taken(value_[name].text()));
}
bool StoredObject::flag(std::string_view name) const {
  return taken(value_[name].boolean());
}
std::int64_t StoredObject::integer(std::string_view name) const {
  return taken(value_[name].integer());
}
std::uint64_t StoredObject::natural(std::string_view name) const {
  return taken(value_[name].natural());
}
TimePoint StoredObject::time(std::string_view name) const {
  return TimePoint(std::chrono::milliseconds(integer(name)));
}
std::optional<TimePoint> StoredObject::time_or_null(std::string_view name) const {
  return value_[name].is_null() ? std::nullopt : std::optional(time(name));
}
RecordId StoredObject::id(std::string_view name) const {
  return taken(id_from(value_[name]));
}

std::vector<RecordId> StoredObject::ids(std::string_view name) const {
  if (!value_[name].is_list()) *good_ = false;
  std::vector<RecordId> all;
  for (const text::JsonView id : value_[name]) all.push_back(taken(id_from(id)));
  return all;
}

std::vector<std::string> StoredObject::texts(std::string_view name) const {
  if (!value_[name].is_list()) *good_ = false;
  std::vector<std::string> all;
  for (const text::JsonView text : value_[name]) all.emplace_back(taken(text.text()));
  return all;
}

std::vector<StoredObject> StoredObject::objects(std::string_view name) const {
  if (!value_[name].is_list()) *good_ = false;
  std::vector<StoredObject> all;
  for (const text::JsonView object : value_[name]) all.emplace_back(object, *good_);
  return all;
}

}  // namespace ringdex::index
