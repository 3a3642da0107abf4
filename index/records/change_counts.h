#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "index/records/change_batch.h"

namespace ringdex::index {

// What an admin's day is counted in.
struct ChangeCounts {
  std::uint64_t added = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t merged = 0;
  std::uint64_t skipped = 0;  // had neither a name nor an organization, or were over the source's limit
  ChangeCounts& operator+=(const ChangeCounts&);
  bool operator==(const ChangeCounts&) const = default;
};
ChangeCounts change_counts(const ApplyResult& result);

// By what led to the change.
using CountsByCause = std::map<ChangeCause, ChangeCounts>;
CountsByCause& operator+=(CountsByCause& to, const CountsByCause& from);

// Changes are counted by the quarter of an hour, in the same write as the change itself: every time zone's midnight is
// at the start of one.
inline constexpr std::chrono::minutes kCountingPeriod{15};
std::uint64_t counting_period(TimePoint at);

std::string encode_counts(const CountsByCause& counts);
std::optional<CountsByCause> decode_counts(std::string_view bytes);

}  // namespace ringdex::index
