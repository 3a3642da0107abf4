#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <expected>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "index/history/usage_log.h"
#include "server/lookup/lookup_answer.h"
#include "server/lookup/lookup_service.h"

namespace ringdex::server {

// One account's lookups since they were last taken. Any thread may call, and none waits for another.
class UsageCounter {
 public:
  void count(const LookupAnswer& answer, std::chrono::nanoseconds took);

  // What was counted, and starts anew; a lookup that is counted meanwhile is in this or the next.
  index::UsageCounts take();
  index::UsageCounts look() const;
  void put_back(const index::UsageCounts& counts);

 private:
  static constexpr std::size_t kUnmatchable = 3;  // behind those of Match
  using Counter = std::atomic<std::uint64_t>;
  std::array<Counter, kUnmatchable + 1> outcomes_{};
  std::array<Counter, index::kLatencyBuckets> latency_{};
};

// Of the account that was asked; nothing is counted where its settings have no counter.
void count_usage(const LookupAnswer& answer, std::chrono::nanoseconds took);

// How much each account looks up: counted in memory, and added to the store from time to time. Any thread may call.
class LookupUsage {
 public:
  LookupUsage(index::Store& store, index::TimePoint now) : log_(store), since_(now) {}

  // The settings with each account's counter, which stays the same from one call to the next.
  Accounts attached(Accounts accounts);
  // Adds what was counted since the last time to the period in which that was, so to be called at whole minutes, and at
  // the end. What cannot be stored is kept for the next time.
  std::expected<void, index::IndexError> store(index::TimePoint now);
  // All of the account's periods from `from` up to `to`, with what is not stored yet; a period may come twice.
  std::expected<void, index::IndexError> visit(const std::string& account, std::uint64_t from, std::uint64_t to,
                                               const index::UsageLog::Visitor& visitor) const;
  std::expected<void, index::IndexError> forget_before(index::TimePoint before);

 private:
  index::UsageLog log_;
  mutable std::mutex mutex_;                                                    // no lookup waits for it
  std::map<std::string, std::shared_ptr<UsageCounter>, std::less<>> counters_;  // under `mutex_`
  index::TimePoint since_;                                                      // under `mutex_`
};

}  // namespace ringdex::server
