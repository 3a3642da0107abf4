#include "bench/load/latency_histogram.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "bench/draw.h"

namespace ringdex::bench {
namespace {

using std::chrono::nanoseconds;

nanoseconds exact(const std::vector<std::uint64_t>& sorted, double percent) {
  const auto rank = static_cast<std::size_t>(std::ceil(percent * static_cast<double>(sorted.size()) / 100.0 - 1e-6));
  return nanoseconds(static_cast<nanoseconds::rep>(sorted[std::max<std::size_t>(rank, 1) - 1]));
}

TEST_CASE("percentiles are those of the values to three significant digits") {
  const auto histogram = std::make_unique<LatencyHistogram>();
  std::vector<std::uint64_t> values;
  Draw draw(11);
  for (int i = 0; i < 100'000; ++i) {
    // From nanoseconds to minutes, each magnitude as often.
    const std::uint64_t value = draw.next() >> (25 + draw.below(35));
    values.push_back(value);
    histogram->record(nanoseconds(static_cast<nanoseconds::rep>(value)));
  }
  std::ranges::sort(values);
  for (const double percent : {0.0, 0.1, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 99.99, 100.0}) {
    const auto wanted = exact(values, percent);
    const auto got = histogram->percentile(percent);
    CHECK(got >= wanted);
    CHECK(static_cast<double>((got - wanted).count()) <= static_cast<double>(wanted.count()) / 1'024.0);
  }
  CHECK(histogram->count() == values.size());
  CHECK(histogram->max().count() == static_cast<nanoseconds::rep>(values.back()));
  CHECK(histogram->percentile(100) == histogram->max());
}

TEST_CASE("each small value has a bucket of its own") {
  const auto histogram = std::make_unique<LatencyHistogram>();
  for (int i = 1; i <= 2'000; ++i) histogram->record(nanoseconds(i));
  CHECK(histogram->percentile(50) == nanoseconds(1'000));
  CHECK(histogram->percentile(99.9) == nanoseconds(1'998));
  CHECK(histogram->percentile(100) == nanoseconds(2'000));
}

TEST_CASE("nothing, less than nothing, and too much") {
  const auto histogram = std::make_unique<LatencyHistogram>();
  CHECK(histogram->percentile(50) == nanoseconds(0));
  CHECK(histogram->max() == nanoseconds(0));
  histogram->record(nanoseconds(-5));
  CHECK(histogram->percentile(100) == nanoseconds(0));
  histogram->record(std::chrono::hours(1));
  CHECK(histogram->percentile(100) == std::chrono::hours(1));
  CHECK(histogram->count() == 2);
}

TEST_CASE("merged histograms count as one") {
  const auto one = std::make_unique<LatencyHistogram>();
  const auto two = std::make_unique<LatencyHistogram>();
  for (int i = 1; i <= 100; ++i) (i <= 50 ? one : two)->record(nanoseconds(i));
  one->merge(*two);
  CHECK(one->count() == 100);
  CHECK(one->percentile(75) == nanoseconds(75));
  CHECK(one->max() == nanoseconds(100));
}

}  // namespace
}  // namespace ringdex::bench
