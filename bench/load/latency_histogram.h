#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace ringdex::bench {

// Counts of latencies in log-linear buckets, as HdrHistogram has them: below 2,048 ns each nanosecond has a bucket of
// its own; from there each power of two is cut in 1,024 equal buckets. So every value is known to three significant
// digits (an error of less than 1 in 1,024), from a nanosecond to 18 minutes; longer ones count as that. Recording
// neither allocates nor loops. One thread.
class LatencyHistogram {
 public:
  using Latency = std::chrono::nanoseconds;

  // Below zero counts as zero.
  void record(Latency latency) {
    const auto count = latency.count();
    const std::uint64_t value = count < 0 ? 0 : static_cast<std::uint64_t>(count);
    ++counts_[bucket_of(value < kValueMax ? value : kValueMax)];
    ++total_;
    if (value > max_) max_ = value;
  }
  void merge(const LatencyHistogram& other);

  std::uint64_t count() const { return total_; }
  // The largest recorded value itself.
  Latency max() const { return Latency(static_cast<Latency::rep>(max_)); }
  // The smallest bucket's highest value that at least `percent` of all recorded values do not exceed, never more than
  // max(); zero if nothing was recorded. `percent` is 0 … 100.
  Latency percentile(double percent) const;

 private:
  static constexpr unsigned kHalfBits = 10;
  static constexpr std::uint64_t kHalf = std::uint64_t{1} << kHalfBits;
  static constexpr unsigned kValueBits = 40;
  static constexpr std::uint64_t kValueMax = (std::uint64_t{1} << kValueBits) - 1;
  static constexpr std::size_t kBuckets = kHalf * (kValueBits - kHalfBits + 1);

  // A value of `bits` digits keeps its 11 highest ones; the buckets of one shift follow those of the one before.
  static constexpr std::size_t bucket_of(std::uint64_t value) {
    const auto bits = static_cast<unsigned>(std::bit_width(value));
    const unsigned shift = bits > kHalfBits + 1 ? bits - (kHalfBits + 1) : 0;
    return static_cast<std::size_t>(kHalf * shift + (value >> shift));
  }
  static constexpr std::uint64_t highest_in(std::size_t bucket) {
    const std::uint64_t shift = bucket < 2 * kHalf ? 0 : bucket / kHalf - 1;
    return ((bucket - kHalf * shift + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t total_ = 0;
  std::uint64_t max_ = 0;
};

}  // namespace ringdex::bench
