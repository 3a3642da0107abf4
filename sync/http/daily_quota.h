#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "index/records/record.h"

namespace ringdex::sync {

// Our share of what a CRM allows all of a customer's programs together in a day. Knows only what answers announce, so
// once the share is used up, one request is let through every quarter of an hour to learn how it stands. Safe from any
// thread.
class DailyQuota {
 public:
  static constexpr std::chrono::milliseconds kProbeInterval = std::chrono::minutes(15);

  // 1 to 100: the rest is left to others.
  explicit DailyQuota(unsigned share_percent) : share_percent_(share_percent) {}

  // nullopt if a request may go, else how long to wait.
  std::optional<std::chrono::milliseconds> take(index::TimePoint now);
  void announced(std::uint64_t used, std::uint64_t limit);
  // The CRM itself says that nothing is left.
  void exhausted(index::TimePoint now);
  // Of our share, by the last announcement; nothing before the first.
  std::optional<std::uint64_t> left() const;
  // Our whole share of a day; nothing before the first announcement.
  std::optional<std::uint64_t> of_a_day() const;

 private:
  std::uint64_t share() const;
  bool is_over() const { return limit_ != 0 && used_ >= share(); }

  const unsigned share_percent_;
  mutable std::mutex mutex_;
  // Under mutex_.
  std::uint64_t used_ = 0;
  std::uint64_t limit_ = 0;  // 0: none announced
  index::TimePoint closed_until_{};
};

}  // namespace ringdex::sync
