#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>

#include "index/records/record.h"

namespace ringdex::sync {

// A budget over one source's requests, shared by deltas, full copies, fetches of one record and live lookups: never
// more than the limit within any 60 seconds, however the CRM cuts its minutes. Starts from the connector's documented
// limit, follows what the CRM's headers announce, honours Retry-After. Safe from any thread. `now` is the wall clock;
// should it be set back, what is remembered moves with it.
class RateBudget {
 public:
  using TimePoint = index::TimePoint;
  // requests_per_minute 0: no limit until the source announces one.
  explicit RateBudget(std::uint64_t requests_per_minute);

  // Takes one request: nullopt if it was taken, else how long to wait before the next try.
  std::optional<std::chrono::milliseconds> take(TimePoint now);
  void limit_announced(std::uint64_t requests_per_minute, TimePoint now);
  void remaining_announced(std::uint64_t requests_left, TimePoint now);
  void pause_until(TimePoint until);
  std::uint64_t requests_per_minute() const;
  // Requests that could be sent at once now; for the admin.
  std::uint64_t available(TimePoint now) const;

 private:
  void settle(TimePoint now);  // forgets what is older than the window
  std::uint64_t left() const;

  mutable std::mutex mutex_;
  std::uint64_t per_minute_;
  std::deque<TimePoint> taken_;  // requests of the last 60 seconds, oldest first; empty without a limit
  TimePoint settled_at_{};
  TimePoint paused_until_{};
};

}  // namespace ringdex::sync
