#include "server/assembly/usage_keeping.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "config/logging/log.h"

namespace ringdex::server {
namespace {

constexpr std::chrono::milliseconds kStoreInterval = std::chrono::minutes(1);
constexpr std::chrono::hours kForgetInterval{1};
constexpr std::chrono::days kUsageKept{366};

}  // namespace

void UsageKeeping::start() {
  thread_ = std::jthread([this](const std::stop_token& stopping) { run(stopping); });
}

void UsageKeeping::stop() {
  if (!thread_.joinable()) return;
  thread_.request_stop();
  thread_.join();
  store();
}

void UsageKeeping::run(const std::stop_token& stopping) {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  std::optional<std::int64_t> forgot_in;
  do {
    const auto now = clock_().time_since_epoch();
    if (forgot_in != now / kForgetInterval) forget();
    forgot_in = now / kForgetInterval;
    ended.wait_for(lock, stopping, kStoreInterval - now % kStoreInterval, [] { return false; });
    if (!stopping.stop_requested()) store();
  } while (!stopping.stop_requested());
}

void UsageKeeping::store() {
  const auto stored = usage_.store(clock_());
  if (!stored) log::error("the last minute's lookups are not in the store yet: {}", stored.error().message);
}

void UsageKeeping::forget() {
  const auto done = usage_.forget_before(clock_() - kUsageKept);
  if (!done) log::error("old counts of lookups are kept: {}", done.error().message);
}

}  // namespace ringdex::server
