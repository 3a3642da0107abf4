#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <string>

#include "index/history/usage_counts.h"
#include "index/records/change_counts.h"
#include "index/records/index_error.h"
#include "index/store/store.h"

namespace ringdex::index {

// What lookups came to, by account and counting period (change_counts.h). Any thread may call; add() one at a time.
class UsageLog {
 public:
  explicit UsageLog(Store& store) : store_(store) {}

  // To what is there of that period.
  std::expected<void, IndexError> add(const std::string& account, std::uint64_t period, const UsageCounts& counts);
  using Visitor = std::function<void(std::uint64_t period, const UsageCounts& counts)>;
  // The periods from `from` up to `to`, in order, those without a lookup left out.
  std::expected<void, IndexError> visit(const std::string& account, std::uint64_t from, std::uint64_t to,
                                        const Visitor& visitor) const;
  // Forgets whole periods that were over then, of all accounts.
  std::expected<void, IndexError> forget_before(TimePoint before);

 private:
  Store& store_;
};

}  // namespace ringdex::index
