#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "index/records/record.h"

namespace ringdex::server {

// The wall clock of one place, from ICU's zone data. Safe from any thread.
class TimeZone {
 public:
  TimeZone();  // UTC
  // "Europe/Berlin", "UTC"; nullopt if there is no such zone.
  static std::optional<TimeZone> named(const std::string& name);

  // The midnight that began the day of `now` there.
  index::TimePoint day_start(index::TimePoint now) const;
  // The first moment after `after` at which its clocks show that time of day.
  index::TimePoint next(std::chrono::minutes time_of_day, index::TimePoint after) const;

 private:
  struct Zone;
  explicit TimeZone(std::shared_ptr<const Zone> zone) : zone_(std::move(zone)) {}
  std::shared_ptr<const Zone> zone_;
};

}  // namespace ringdex::server
