#include "sync/mirror/retry_delay.h"

#include <doctest/doctest.h>

using ringdex::sync::retry_delay;
using std::chrono::milliseconds;

TEST_CASE("the delay doubles up to the longest, with half of it left to chance") {
  const ringdex::sync::RetryDelayOptions options{milliseconds(1000), milliseconds(300'000)};
  std::int64_t whole = 1000;
  for (std::uint32_t attempt = 1; attempt < 100; ++attempt) {
    CAPTURE(attempt);
    CHECK(retry_delay(attempt, 0.0, options).count() == whole / 2);
    CHECK(retry_delay(attempt, 0.999999999, options).count() >= whole - 2);
    CHECK(retry_delay(attempt, 0.999999999, options).count() <= whole);
    whole = std::min<std::int64_t>(whole * 2, 300'000);
  }
  CHECK(retry_delay(4'000'000'000U, 0.5, options) == milliseconds(225'000));
}

TEST_CASE("odd settings give a sensible delay") {
  CHECK(retry_delay(0, 0.0, {milliseconds(1000), milliseconds(9000)}) == milliseconds(500));
  CHECK(retry_delay(5, 0.0, {milliseconds(1000), milliseconds(10)}) == milliseconds(5));
  CHECK(retry_delay(1000, 0.9, {milliseconds(0), milliseconds(10)}) == milliseconds(0));
  CHECK(retry_delay(1, 7.0, {milliseconds(1000), milliseconds(9000)}) == milliseconds(1000));
  CHECK(retry_delay(1, -7.0, {milliseconds(1000), milliseconds(9000)}) == milliseconds(500));
  const milliseconds most = milliseconds::max();
  CHECK(retry_delay(200, 0.0, {milliseconds(3), most}) == most / 2);
}
