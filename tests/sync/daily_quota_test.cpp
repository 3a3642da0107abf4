#include "sync/http/daily_quota.h"

#include <doctest/doctest.h>

namespace ringdex::sync {
namespace {

using std::chrono::minutes;

const index::TimePoint kNow{std::chrono::seconds(1'700'000'000)};

TEST_CASE("nothing is held back before the first announcement") {
  DailyQuota quota(50);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(quota.take(kNow));
  CHECK_FALSE(quota.left());
}

TEST_CASE("the share is used and no more, but for a look now and then") {
  DailyQuota quota(80);
  quota.announced(79'999, 100'000);
  CHECK(quota.left() == 1);
  CHECK_FALSE(quota.take(kNow));
  CHECK_FALSE(quota.take(kNow));
  quota.announced(80'000, 100'000);
  CHECK(quota.left() == 0);
  CHECK_FALSE(quota.take(kNow));  // the look
  CHECK(quota.take(kNow) == DailyQuota::kProbeInterval);
  CHECK(quota.take(kNow + minutes(14)) == minutes(1));
  CHECK_FALSE(quota.take(kNow + minutes(15)));
  CHECK(quota.take(kNow + minutes(15)));
  quota.announced(10, 100'000);  // a new day
  CHECK_FALSE(quota.take(kNow + minutes(16)));
  CHECK(quota.left() == 79'990);
}

TEST_CASE("what the CRM calls exhausted is, whatever was announced") {
  DailyQuota quota(100);
  quota.announced(5, 100);
  quota.exhausted(kNow);
  CHECK(quota.take(kNow));
  CHECK(quota.left() == 0);
  CHECK_FALSE(quota.take(kNow + DailyQuota::kProbeInterval));
}

TEST_CASE("a clock that was set back shuts nothing") {
  DailyQuota quota(50);
  quota.announced(60, 100);
  CHECK_FALSE(quota.take(kNow));
  CHECK(quota.take(kNow));
  CHECK_FALSE(quota.take(kNow - std::chrono::hours(5)));
}

TEST_CASE("shares of small and of huge limits") {
  DailyQuota quota(33);
  quota.announced(0, 10);
  CHECK(quota.left() == 3);
  quota.announced(0, UINT64_MAX);
  CHECK(*quota.left() > UINT64_MAX / 4);
}

}  // namespace
}  // namespace ringdex::sync
