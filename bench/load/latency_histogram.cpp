#include "bench/load/latency_histogram.h"

#include <algorithm>
#include <cmath>

namespace ringdex::bench {

void LatencyHistogram::merge(const LatencyHistogram& other) {
  for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
  total_ += other.total_;
  max_ = std::max(max_, other.max_);
}

LatencyHistogram::Latency LatencyHistogram::percentile(double percent) const {
  constexpr double kRounding = 1e-6;  // 99.9 % of 2,000 is 1,998, not a little more
  const auto wanted = static_cast<std::uint64_t>(std::ceil(percent * static_cast<double>(total_) / 100.0 - kRounding));
  const std::uint64_t rank = std::clamp(wanted, std::uint64_t{1}, std::max(total_, std::uint64_t{1}));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < kBuckets; ++i) {
    seen += counts_[i];
    // The last bucket also holds what was too long for it.
    if (seen >= rank)
      return i + 1 == kBuckets ? max() : std::min(max(), Latency(static_cast<Latency::rep>(highest_in(i))));
  }
  return max();
}

}  // namespace ringdex::bench
