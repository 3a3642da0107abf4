#include "index/history/usage_log.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

using std::chrono::nanoseconds;

UsageCounts random_counts(std::mt19937_64& chance) {
  UsageCounts counts;
  counts.found = chance() % 1'000;
  counts.many = chance() % (counts.found + 1);
  counts.none = chance() % 3;
  counts.unmatchable = chance();
  for (std::size_t left = chance() % 6; left > 0; --left) counts.latency[chance() % kLatencyBuckets] = chance() % 99;
  return counts;
}

std::map<std::uint64_t, UsageCounts> read(const UsageLog& log, const std::string& account, std::uint64_t from = 0,
                                          std::uint64_t to = UINT64_MAX) {
  std::map<std::uint64_t, UsageCounts> found;
  std::uint64_t last = 0;
  const auto visited = log.visit(account, from, to, [&](std::uint64_t period, const UsageCounts& counts) {
    CHECK(period >= last);
    last = period;
    REQUIRE(found.emplace(period, counts).second);
  });
  REQUIRE(visited.has_value());
  return found;
}

}  // namespace

TEST_CASE("a bucket holds what lies between its bounds, which are a quarter apart") {
  for (std::size_t bucket = 0; bucket < kLatencyBuckets; ++bucket) {
    const auto start = latency_bucket_start(bucket);
    const auto end = latency_bucket_start(bucket + 1);
    REQUIRE(start < end);
    CHECK(latency_bucket(start) == bucket);
    CHECK(latency_bucket(end - nanoseconds(1)) == bucket);
    if (bucket > 0) CHECK((end - start).count() * 4 <= start.count());
  }
  CHECK(latency_bucket_start(1) == nanoseconds(256));
  CHECK(latency_bucket(nanoseconds(-5)) == 0);
  CHECK(latency_bucket(nanoseconds::max()) == kLatencyBuckets - 1);
  CHECK(latency_bucket_start(kLatencyBuckets) > std::chrono::seconds(8));
}

TEST_CASE("a quantile is as near to the sorted list's as a bucket is wide") {
  std::mt19937_64 chance(17);
  CHECK_FALSE(latency_quantile({}, 0.5));
  for (int round = 0; round < 200; ++round) {
    LatencyCounts counts{};
    std::vector<std::int64_t> all;
    for (std::size_t left = 1 + chance() % 300; left > 0; --left) {
      // From 300 ns to some seconds.
      const auto took = static_cast<std::int64_t>(300 + (chance() % 1'000'000'000 >> (chance() % 25)));
      all.push_back(took);
      ++counts[latency_bucket(nanoseconds(took))];
    }
    std::ranges::sort(all);
    for (const double part : {0.0, 0.01, 0.5, 0.9, 0.99, 1.0}) {
      const auto rank = std::clamp<std::size_t>(
          static_cast<std::size_t>(std::ceil(part * static_cast<double>(all.size()))), 1, all.size());
      const auto exact = all[rank - 1];
      const auto found = latency_quantile(counts, part)->count();
      CHECK(found >= exact * 3 / 4 - 1);
      CHECK(found <= exact * 5 / 4 + 1);
    }
  }
}

TEST_CASE("counts come back from their bytes; broken bytes are no counts") {
  std::mt19937_64 chance(2);
  for (int round = 0; round < 300; ++round) {
    const UsageCounts counts = random_counts(chance);
    const std::string bytes = encode_usage(counts);
    CHECK(decode_usage(bytes) == counts);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      const auto cut = decode_usage(std::string_view(bytes).substr(0, length));
      CHECK((!cut || *cut != counts));
    }
    std::string newer = bytes;
    newer[0] = 2;
    CHECK_FALSE(decode_usage(newer));
  }
  CHECK_FALSE(decode_usage(encode_usage({}) + static_cast<char>(kLatencyBuckets) + std::string(8, '\0')));
  CHECK_FALSE(decode_usage(""));
}

TEST_CASE("what is added to a period is summed up, by account, and outlives a restart") {
  OpenIndex open;
  std::mt19937_64 chance(6);
  std::map<std::string, std::map<std::uint64_t, UsageCounts>> model;
  for (int round = 0; round < 300; ++round) {
    const std::string account = chance() % 3 == 0 ? "other" : "default";
    const std::uint64_t period = 1'000 + chance() % 40;
    const UsageCounts counts = random_counts(chance);
    REQUIRE(UsageLog(*open.store).add(account, period, counts));
    model[account][period] += counts;
    if (round % 100 == 50) open.reopen();
  }
  const UsageLog log(*open.store);
  for (const std::string account : {"default", "other"}) {
    CHECK(read(log, account) == model[account]);
    for (const auto& [from, to] : {std::pair{1'010U, 1'020U}, std::pair{0U, 1'001U}, std::pair{1'020U, 1'010U},
                                   std::pair{2'000U, 3'000U}, std::pair{1'005U, 1'005U}}) {
      auto expected = model[account];
      std::erase_if(expected, [&](const auto& entry) { return entry.first < from || entry.first >= to; });
      CHECK(read(log, account, from, to) == expected);
    }
  }
  CHECK(read(log, "nobody").empty());
}

TEST_CASE("old periods are forgotten in each account") {
  OpenIndex open;
  UsageLog log(*open.store);
  const TimePoint now{std::chrono::hours(500'000)};
  UsageCounts one;
  one.none = 1;
  for (const std::string account : {"a", "b", "c"}) {
    for (std::uint64_t back = 0; back < 5; ++back) {
      if (account == "b" && back < 3) continue;
      REQUIRE(log.add(account, counting_period(now) - back, one));
    }
  }
  REQUIRE(log.forget_before(now - 2 * kCountingPeriod + std::chrono::minutes(14)));
  CHECK(read(log, "a").size() == 3);
  CHECK(read(log, "a").begin()->first == counting_period(now) - 2);
  CHECK(read(log, "b").empty());
  CHECK(read(log, "c").size() == 3);
  REQUIRE(log.forget_before(TimePoint{}));
  CHECK(read(log, "c").size() == 3);
}

}  // namespace ringdex::index
