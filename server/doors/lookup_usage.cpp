#include "server/doors/lookup_usage.h"

#include <algorithm>

namespace ringdex::server {

using index::IndexError;
using index::UsageCounts;

namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;
constexpr auto kNone = static_cast<std::size_t>(Match::none);
constexpr auto kOne = static_cast<std::size_t>(Match::one);
constexpr auto kMany = static_cast<std::size_t>(Match::many);

}  // namespace

void UsageCounter::count(const LookupAnswer& answer, std::chrono::nanoseconds took) {
  const bool is_unmatchable = answer.unmatchable && answer.match == Match::none;
  outcomes_[is_unmatchable ? kUnmatchable : static_cast<std::size_t>(answer.match)].fetch_add(1, kRelaxed);
  latency_[index::latency_bucket(took)].fetch_add(1, kRelaxed);
}

UsageCounts UsageCounter::take() {
  UsageCounts counts;
  counts.many = outcomes_[kMany].exchange(0, kRelaxed);
  counts.found = counts.many + outcomes_[kOne].exchange(0, kRelaxed);
  counts.none = outcomes_[kNone].exchange(0, kRelaxed);
  counts.unmatchable = outcomes_[kUnmatchable].exchange(0, kRelaxed);
  std::ranges::transform(latency_, counts.latency.begin(), [](Counter& one) { return one.exchange(0, kRelaxed); });
  return counts;
}

UsageCounts UsageCounter::look() const {
  UsageCounts counts;
  counts.many = outcomes_[kMany].load(kRelaxed);
  counts.found = counts.many + outcomes_[kOne].load(kRelaxed);
  counts.none = outcomes_[kNone].load(kRelaxed);
  counts.unmatchable = outcomes_[kUnmatchable].load(kRelaxed);
  std::ranges::transform(latency_, counts.latency.begin(), [](const Counter& one) { return one.load(kRelaxed); });
  return counts;
}

void UsageCounter::put_back(const UsageCounts& counts) {
  outcomes_[kMany].fetch_add(counts.many, kRelaxed);
  outcomes_[kOne].fetch_add(counts.found - counts.many, kRelaxed);
  outcomes_[kNone].fetch_add(counts.none, kRelaxed);
  outcomes_[kUnmatchable].fetch_add(counts.unmatchable, kRelaxed);
  for (std::size_t i = 0; i < latency_.size(); ++i) latency_[i].fetch_add(counts.latency[i], kRelaxed);
}

void count_usage(const LookupAnswer& answer, std::chrono::nanoseconds took) {
  if (answer.account->usage != nullptr) answer.account->usage->count(answer, took);
}

Accounts LookupUsage::attached(Accounts accounts) {
  const std::lock_guard lock(mutex_);
  for (auto& [name, settings] : accounts) {
    auto& counter = counters_[name];
    if (counter == nullptr) counter = std::make_shared<UsageCounter>();
    settings.usage = counter;
  }
  return accounts;
}

std::expected<void, IndexError> LookupUsage::store(index::TimePoint now) {
  const std::lock_guard lock(mutex_);
  const std::uint64_t period = index::counting_period(since_);
  since_ = now;
  std::expected<void, IndexError> done;
  for (const auto& [account, counter] : counters_) {
    const UsageCounts counts = counter->take();
    if (counts == UsageCounts{}) continue;
    if (auto added = log_.add(account, period, counts); !added) {
      counter->put_back(counts);
      done = std::move(added);
    }
  }
  return done;
}

std::expected<void, IndexError> LookupUsage::visit(const std::string& account, std::uint64_t from, std::uint64_t to,
                                                   const index::UsageLog::Visitor& visitor) const {
  const std::lock_guard lock(mutex_);
  if (auto visited = log_.visit(account, from, to, visitor); !visited) return visited;
  const std::uint64_t period = index::counting_period(since_);
  const auto counter = counters_.find(account);
  if (counter == counters_.end() || period < from || period >= to) return {};
  if (const UsageCounts counts = counter->second->look(); counts != UsageCounts{}) visitor(period, counts);
  return {};
}

std::expected<void, IndexError> LookupUsage::forget_before(index::TimePoint before) {
  return log_.forget_before(before);
}

}  // namespace ringdex::server
