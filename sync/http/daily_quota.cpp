#include "sync/http/daily_quota.h"

#include <algorithm>

namespace ringdex::sync {

std::optional<std::chrono::milliseconds> DailyQuota::take(index::TimePoint now) {
  const std::lock_guard lock(mutex_);
  // A longer wait than the interval is of a clock that was set back.
  if (now < closed_until_ && closed_until_ - now <= kProbeInterval) return closed_until_ - now;
  if (is_over()) closed_until_ = now + kProbeInterval;
  return std::nullopt;
}

void DailyQuota::announced(std::uint64_t used, std::uint64_t limit) {
  const std::lock_guard lock(mutex_);
  used_ = used;
  limit_ = limit;
  if (!is_over()) closed_until_ = {};
}

void DailyQuota::exhausted(index::TimePoint now) {
  const std::lock_guard lock(mutex_);
  used_ = std::max(used_, limit_);
  closed_until_ = now + kProbeInterval;
}

std::optional<std::uint64_t> DailyQuota::left() const {
  const std::lock_guard lock(mutex_);
  if (limit_ == 0) return std::nullopt;
  return is_over() ? 0 : share() - used_;
}

std::optional<std::uint64_t> DailyQuota::of_a_day() const {
  const std::lock_guard lock(mutex_);
  if (limit_ == 0) return std::nullopt;
  return share();
}

std::uint64_t DailyQuota::share() const {
  return limit_ / 100 * share_percent_ + limit_ % 100 * share_percent_ / 100;
}

}  // namespace ringdex::sync
