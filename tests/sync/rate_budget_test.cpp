#include "sync/http/rate_budget.h"

#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <thread>
#include <vector>

using ringdex::index::TimePoint;
using ringdex::sync::RateBudget;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const TimePoint kStart{std::chrono::hours(490'000)};

}  // namespace

TEST_CASE("a minute's requests may be sent at once, and no more within any minute") {
  RateBudget budget(3);
  CHECK(budget.available(kStart) == 3);
  CHECK_FALSE(budget.take(kStart));
  CHECK_FALSE(budget.take(kStart + seconds(10)));
  CHECK_FALSE(budget.take(kStart + seconds(20)));
  CHECK(budget.available(kStart + seconds(20)) == 0);
  CHECK(budget.take(kStart + seconds(20)) == seconds(40));
  CHECK(budget.take(kStart + milliseconds(59'999)) == milliseconds(1));
  CHECK_FALSE(budget.take(kStart + seconds(60)));
  CHECK(budget.take(kStart + seconds(60)) == seconds(10));
}

TEST_CASE("without a limit all is allowed until one is announced") {
  RateBudget budget(0);
  for (int i = 0; i < 1000; ++i) CHECK_FALSE(budget.take(kStart));
  budget.remaining_announced(0, kStart);
  CHECK_FALSE(budget.take(kStart));
  budget.limit_announced(2, kStart);
  CHECK(budget.requests_per_minute() == 2);
  CHECK_FALSE(budget.take(kStart));
  CHECK_FALSE(budget.take(kStart));
  CHECK(budget.take(kStart) == seconds(60));
}

TEST_CASE("what others took of the same limit counts") {
  RateBudget budget(700);
  budget.remaining_announced(1, kStart);
  CHECK(budget.available(kStart) == 1);
  CHECK_FALSE(budget.take(kStart));
  CHECK(budget.take(kStart) == seconds(60));
  budget.remaining_announced(500, kStart + seconds(1));  // never gives back what was taken
  CHECK(budget.available(kStart + seconds(1)) == 0);
  CHECK(budget.available(kStart + seconds(61)) == 700);
}

TEST_CASE("a lowered limit holds at once, a raised one too") {
  RateBudget budget(5);
  for (int i = 0; i < 5; ++i) CHECK_FALSE(budget.take(kStart + seconds(i)));
  budget.limit_announced(2, kStart + seconds(5));
  // Of the five, three have to leave the window before one of two is free.
  CHECK(budget.take(kStart + seconds(5)) == seconds(58));
  CHECK_FALSE(budget.take(kStart + seconds(63)));
  budget.limit_announced(10, kStart + seconds(63));
  CHECK_FALSE(budget.take(kStart + seconds(63)));
  budget.limit_announced(0, kStart + seconds(63));
  CHECK(budget.requests_per_minute() == 10);
}

TEST_CASE("an absurd announcement does not cost memory") {
  RateBudget budget(1);
  budget.limit_announced(~0ULL, kStart);
  budget.remaining_announced(0, kStart);
  CHECK(budget.requests_per_minute() == 100'000);
  CHECK(budget.take(kStart) == seconds(60));
}

TEST_CASE("a pause holds until it is over, and is never shortened") {
  RateBudget budget(0);
  budget.pause_until(kStart + seconds(30));
  budget.pause_until(kStart + seconds(10));
  CHECK(budget.available(kStart) == 0);
  CHECK(budget.take(kStart) == seconds(30));
  CHECK_FALSE(budget.take(kStart + seconds(30)));
}

TEST_CASE("a clock set back does not stop the source") {
  RateBudget budget(2);
  CHECK_FALSE(budget.take(kStart));
  CHECK_FALSE(budget.take(kStart));
  budget.pause_until(kStart + seconds(20));
  const auto back = kStart - std::chrono::hours(24);
  CHECK(budget.take(back) == seconds(20));
  CHECK(budget.take(back + seconds(20)) == seconds(40));
  CHECK_FALSE(budget.take(back + seconds(60)));
}

TEST_CASE("callers with a slightly older time neither gain nor lose requests") {
  RateBudget budget(2);
  CHECK_FALSE(budget.take(kStart + seconds(30)));
  CHECK_FALSE(budget.take(kStart));
  CHECK(budget.take(kStart) == seconds(60));
  CHECK(budget.take(kStart + seconds(89)) == seconds(1));
  CHECK_FALSE(budget.take(kStart + seconds(90)));
}

TEST_CASE("random requests never exceed the limit in any window of a minute") {
  const std::uint64_t seed = 20260104;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  RateBudget budget(17);
  std::vector<TimePoint> sent;
  TimePoint now = kStart;
  for (int i = 0; i < 20'000; ++i) {
    now += milliseconds(random() % 2000);
    if (const auto wait = budget.take(now)) {
      CHECK(wait->count() > 0);
      // What it says is exact: right after the wait the request goes.
      if (random() % 4 == 0) {
        now += *wait;
        REQUIRE_FALSE(budget.take(now));
        sent.push_back(now);
      }
    } else {
      sent.push_back(now);
    }
  }
  for (std::size_t i = 17; i < sent.size(); ++i) REQUIRE(sent[i] - sent[i - 17] >= seconds(60));
}

TEST_CASE("several threads share one budget") {
  RateBudget budget(100);
  std::atomic<int> taken = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) {
        if (!budget.take(kStart)) ++taken;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(taken == 100);
}
