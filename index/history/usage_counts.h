#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ringdex::index {

// How long lookups took: four buckets to each doubling, from 256 ns to 8.6 s, so that a bucket's bounds are at most a
// quarter apart. The first has all that is below, the last all that is above.
inline constexpr std::size_t kLatencyFirstBits = 9;  // of 256 ns
inline constexpr std::size_t kLatencyBuckets = 1 + 4 * 25;
using LatencyCounts = std::array<std::uint64_t, kLatencyBuckets>;

std::size_t latency_bucket(std::chrono::nanoseconds took);
// Where a bucket begins; behind the last one, where that ends.
std::chrono::nanoseconds latency_bucket_start(std::size_t bucket);
// The latency that such a part of the lookups did not exceed, taken as spread evenly within its bucket; nullopt if
// there were none.
std::optional<std::chrono::nanoseconds> latency_quantile(const LatencyCounts& counts, double part);

// What an account's lookups of some time came to.
struct UsageCounts {
  std::uint64_t found = 0;  // somebody
  std::uint64_t many = 0;   // of these, those that found several
  std::uint64_t none = 0;
  std::uint64_t unmatchable = 0;  // withheld, own, short or broken numbers
  LatencyCounts latency{};

  std::uint64_t lookups() const { return found + none + unmatchable; }
  UsageCounts& operator+=(const UsageCounts& other);
  bool operator==(const UsageCounts&) const = default;
};

// version(1) = 1, found(8) many(8) none(8) unmatchable(8), and (bucket(1) count(8)) for each that is not zero.
std::string encode_usage(const UsageCounts& counts);
std::optional<UsageCounts> decode_usage(std::string_view bytes);

}  // namespace ringdex::index
