#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/record.h"
#include "telephony/text/json_value.h"
#include "telephony/text/json_writer.h"

// What the values that are kept as JSON have in common.
namespace ringdex::index {

inline std::int64_t stored_time(TimePoint time) {
  return time.time_since_epoch().count();
}
// null where there is none.
inline std::optional<std::int64_t> stored_time(const std::optional<TimePoint>& time) {
  return time ? std::optional(stored_time(*time)) : std::nullopt;
}

// Reads an object as this program wrote it. A member that is absent or of another type makes `good` false and reads as
// empty, so that one look at the end is enough. The document must stay while it is read.
class StoredObject {
 public:
  StoredObject(text::JsonView value, bool& good);

  text::JsonView operator[](std::string_view name) const { return value_[name]; }
  std::string text(std::string_view name) const;
  bool flag(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  std::uint64_t natural(std::string_view name) const;
  TimePoint time(std::string_view name) const;
  std::optional<TimePoint> time_or_null(std::string_view name) const;
  RecordId id(std::string_view name) const;
  std::vector<RecordId> ids(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::vector<StoredObject> objects(std::string_view name) const;
  StoredObject object(std::string_view name) const { return {value_[name], *good_}; }

  // For what older versions did not write.
  bool has(std::string_view name) const { return !value_[name].is_absent(); }

 private:
  // The value of a member that must be there.
  template <typename Value>
  Value taken(std::optional<Value> value) const {
    if (!value) *good_ = false;
    return value ? *std::move(value) : Value();
  }

  text::JsonView value_;
  bool* good_;
};

}  // namespace ringdex::index
