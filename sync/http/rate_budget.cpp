#include "sync/http/rate_budget.h"

#include <algorithm>

namespace ringdex::sync {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWindow = std::chrono::seconds(60);
// No CRM allows more; an announcement beyond it must not make the memory of requests grow.
constexpr std::uint64_t kRequestsPerMinuteMax = 100'000;
// Callers pass the time at which their work began, so `now` may lie this much behind another caller's. Anything more
// is a clock that was set back.
constexpr milliseconds kLagMax = std::chrono::minutes(10);

}  // namespace

RateBudget::RateBudget(std::uint64_t requests_per_minute)
    : per_minute_(std::min(requests_per_minute, kRequestsPerMinuteMax)) {}

std::optional<milliseconds> RateBudget::take(TimePoint now) {
  const std::scoped_lock lock(mutex_);
  settle(now);
  now = settled_at_;
  if (now < paused_until_) return paused_until_ - now;
  if (per_minute_ == 0) return std::nullopt;
  if (left() == 0) {
    // The request that must first leave the window: with a lowered limit that is not the oldest one.
    const auto blocking = taken_[taken_.size() - static_cast<std::size_t>(per_minute_)];
    return std::max(blocking + kWindow - now, milliseconds(1));
  }
  taken_.push_back(now);
  return std::nullopt;
}

void RateBudget::limit_announced(std::uint64_t requests_per_minute, TimePoint now) {
  if (requests_per_minute == 0) return;
  const std::scoped_lock lock(mutex_);
  settle(now);
  per_minute_ = std::min(requests_per_minute, kRequestsPerMinuteMax);
}

void RateBudget::remaining_announced(std::uint64_t requests_left, TimePoint now) {
  const std::scoped_lock lock(mutex_);
  settle(now);
  if (per_minute_ == 0) return;
  // Others use the same limit: what they took counts as if it were taken now.
  while (left() > requests_left) taken_.push_back(settled_at_);
}

void RateBudget::pause_until(TimePoint until) {
  const std::scoped_lock lock(mutex_);
  paused_until_ = std::max(paused_until_, until);
}

std::uint64_t RateBudget::requests_per_minute() const {
  const std::scoped_lock lock(mutex_);
  return per_minute_;
}

std::uint64_t RateBudget::available(TimePoint now) const {
  const std::scoped_lock lock(mutex_);
  if (now < paused_until_) return 0;
  if (per_minute_ == 0) return kRequestsPerMinuteMax;
  const auto in_window = static_cast<std::uint64_t>(
      std::count_if(taken_.begin(), taken_.end(), [&](TimePoint at) { return at > now - kWindow; }));
  return in_window >= per_minute_ ? 0 : per_minute_ - in_window;
}

void RateBudget::settle(TimePoint now) {
  if (now < settled_at_ - kLagMax) {
    const auto back = settled_at_ - now;
    for (auto& at : taken_) at -= back;
    if (paused_until_ != TimePoint{}) paused_until_ -= back;
    settled_at_ = now;
  }
  settled_at_ = std::max(settled_at_, now);
  while (!taken_.empty() && taken_.front() <= settled_at_ - kWindow) taken_.pop_front();
}

std::uint64_t RateBudget::left() const {
  return taken_.size() >= per_minute_ ? 0 : per_minute_ - taken_.size();
}

}  // namespace ringdex::sync
