#include "index/history/usage_counts.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "index/records/index_key.h"

namespace ringdex::index {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kCountBytes = sizeof(std::uint64_t);
constexpr std::size_t kHeadBytes = 1 + 4 * kCountBytes;

constexpr std::uint64_t UsageCounts::* kCounters[] = {&UsageCounts::found, &UsageCounts::many, &UsageCounts::none,
                                                      &UsageCounts::unmatchable};

}  // namespace

std::size_t latency_bucket(std::chrono::nanoseconds took) {
  const auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(took.count(), 0));
  const auto bits = static_cast<std::size_t>(std::bit_width(value));
  if (bits < kLatencyFirstBits) return 0;
  // The two bits behind the highest.
  const auto quarter = static_cast<std::size_t>(value >> (bits - 3) & 3);
  return std::min(1 + 4 * (bits - kLatencyFirstBits) + quarter, kLatencyBuckets - 1);
}

std::chrono::nanoseconds latency_bucket_start(std::size_t bucket) {
  if (bucket == 0) return std::chrono::nanoseconds(0);
  const std::size_t bits = kLatencyFirstBits + (bucket - 1) / 4;
  return std::chrono::nanoseconds(static_cast<std::int64_t>((4 + (bucket - 1) % 4) << (bits - 3)));
}

std::optional<std::chrono::nanoseconds> latency_quantile(const LatencyCounts& counts, double part) {
  std::uint64_t all = 0;
  for (const std::uint64_t count : counts) all += count;
  if (all == 0) return std::nullopt;
  const double rank = std::clamp(std::ceil(part * static_cast<double>(all)), 1.0, static_cast<double>(all));
  double below = 0;
  for (std::size_t bucket = 0; bucket < counts.size(); ++bucket) {
    const auto count = static_cast<double>(counts[bucket]);
    if (count > 0 && below + count >= rank) {
      const auto start = static_cast<double>(latency_bucket_start(bucket).count());
      const auto end = static_cast<double>(latency_bucket_start(bucket + 1).count());
      return std::chrono::nanoseconds(std::llround(start + (end - start) * (rank - below) / count));
    }
    below += count;
  }
  return latency_bucket_start(counts.size());
}

UsageCounts& UsageCounts::operator+=(const UsageCounts& other) {
  for (const auto counter : kCounters) this->*counter += other.*counter;
  for (std::size_t bucket = 0; bucket < latency.size(); ++bucket) latency[bucket] += other.latency[bucket];
  return *this;
}

std::string encode_usage(const UsageCounts& counts) {
  std::string out(1, kVersion);
  for (const auto counter : kCounters) out.append(key::u64(counts.*counter));
  for (std::size_t bucket = 0; bucket < counts.latency.size(); ++bucket) {
    if (counts.latency[bucket] == 0) continue;
    out.push_back(static_cast<char>(bucket));
    out.append(key::u64(counts.latency[bucket]));
  }
  return out;
}

std::optional<UsageCounts> decode_usage(std::string_view bytes) {
  constexpr std::size_t kBucketBytes = 1 + kCountBytes;
  if (bytes.size() < kHeadBytes || bytes[0] != kVersion || (bytes.size() - kHeadBytes) % kBucketBytes != 0) {
    return std::nullopt;
  }
  UsageCounts counts;
  std::size_t at = 1;
  for (const auto counter : kCounters) {
    counts.*counter = key::read_u64(bytes.substr(at, kCountBytes));
    at += kCountBytes;
  }
  for (; at < bytes.size(); at += kBucketBytes) {
    const auto bucket = static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
    if (bucket >= kLatencyBuckets) return std::nullopt;
    counts.latency[bucket] = key::read_u64(bytes.substr(at + 1, kCountBytes));
  }
  return counts;
}

}  // namespace ringdex::index
