#include "server/api/usage.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <map>
#include <random>
#include <thread>

#include "server/doors/door_lookups.h"
#include "tests/server/api_scene.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;

struct Scene : ApiScene {
  Scene() {
    service.set_accounts(usage.attached({{"default", settings()}, {"other", settings()}}));
    serve(usage_routes(usage, [this] { return now; }));
  }
  index::TimePoint now = kNow;  // 2027-01-15T08:00:00Z, the start of a quarter hour
  LookupUsage usage{*store, now};
  std::string admin = key({"admin"});

  // An answer, as far as counting looks at it.
  void count(Match match, std::chrono::nanoseconds took, bool is_unmatchable = false,
             const std::string& account = "default") {
    LookupAnswer answer(index.read());
    answer.account = service.settings(account);
    answer.match = match;
    if (is_unmatchable) answer.unmatchable = Unmatchable::withheld;
    count_usage(answer, took);
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    REQUIRE(usage.store(now));
  }
  Json range(const std::string& name, const std::string& with_key = "") {
    const auto answer = get("/v1/usage?range=" + name, with_key.empty() ? admin : with_key);
    REQUIRE(answer.status == 200);
    return answer.body;
  }
};

TEST_CASE_FIXTURE(Scene, "lookups are shown at once, by how they ended, with their latency") {
  const Json none = range("day");
  CHECK(none["points"].empty());
  CHECK(none["total"]["lookups"] == 0);
  CHECK(none["total"]["p50_us"].is_null());
  for (int i = 0; i < 98; ++i) count(Match::one, 2us);
  count(Match::many, 40us);
  count(Match::none, 300us);
  count(Match::none, 300us, true);
  // Who was clicked is found, though his number is none.
  count(Match::one, 2us, true);
  const Json day = range("day");
  CHECK(day["range"] == "day");
  CHECK(day["period_seconds"] == 900);
  CHECK(day["from"] == "2027-01-14T08:15:00Z");
  CHECK(day["to"] == "2027-01-15T08:15:00Z");
  REQUIRE(day["points"].size() == 1);
  const Json& point = day["points"][0];
  CHECK(point["at"] == "2027-01-15T08:00:00Z");
  CHECK(point["lookups"] == 102);
  CHECK(point["found"] == 100);
  CHECK(point["many"] == 1);
  CHECK(point["none"] == 1);
  CHECK(point["unmatchable"] == 1);
  CHECK(point["p50_us"].get<double>() == doctest::Approx(2).epsilon(0.25));
  CHECK(point["p99_us"].get<double>() == doctest::Approx(300).epsilon(0.25));
  Json total = point;
  total.erase("at");
  CHECK(day["total"] == total);
  CHECK(range("day", key({"admin"}, "other"))["points"].empty());
  pass(1min);
  CHECK(range("day")["points"] == day["points"]);
}

TEST_CASE_FIXTURE(Scene, "what is stored and what is not yet are added up, and a stop loses nothing") {
  count(Match::one, 1us);
  pass(1min);
  count(Match::one, 1us);
  pass(1min);
  count(Match::none, 1us);
  CHECK(range("day")["points"][0]["lookups"] == 3);
  REQUIRE(usage.store(now));
  LookupUsage after(*store, now);
  std::uint64_t lookups = 0;
  REQUIRE(after.visit("default", 0, UINT64_MAX,
                      [&](std::uint64_t, const index::UsageCounts& counts) { lookups += counts.lookups(); }));
  CHECK(lookups == 3);
}

TEST_CASE_FIXTURE(Scene, "what was counted before a period's end belongs to it, though it is stored behind it") {
  pass(14min);
  count(Match::one, 1us);
  pass(1min);
  count(Match::many, 1us);
  pass(1min);
  const Json points = range("day")["points"];
  REQUIRE(points.size() == 2);
  CHECK(points[0]["at"] == "2027-01-15T08:00:00Z");
  CHECK(points[0]["many"] == 0);
  CHECK(points[1]["at"] == "2027-01-15T08:15:00Z");
  CHECK(points[1]["many"] == 1);
}

TEST_CASE_FIXTURE(Scene, "each range sums up whole periods, and leaves out what is older") {
  std::mt19937_64 chance(8);
  std::vector<index::TimePoint> times;
  // A bit more than a year, denser towards the end.
  now -= std::chrono::days(367);
  using Minutes = std::chrono::minutes;
  for (const auto& [until, step] :
       {std::pair<Minutes, Minutes>{35 * 24h, 13h}, {8 * 24h, 5h}, {25h, 47min}, {0h, 7min}}) {
    while (now < kNow - until) {
      pass(step + Minutes(chance() % 5));
      count(Match::one, 1us);
      times.push_back(now);
    }
  }
  REQUIRE(times.size() > 900);
  for (const auto& [name, period, points_max] : {std::tuple{"day", 900s, 96}, std::tuple{"week", 3'600s, 168},
                                                 std::tuple{"month", 21'600s, 120}, std::tuple{"year", 86'400s, 365}}) {
    CAPTURE(name);
    std::map<std::int64_t, int> expected;
    const std::int64_t last = now.time_since_epoch() / period;
    int total = 0;
    for (const auto& time : times) {
      const std::int64_t at = time.time_since_epoch() / period;
      if (at <= last - points_max) continue;
      ++expected[at];
      ++total;
    }
    const Json shown = range(name);
    CHECK(shown["period_seconds"] == period.count());
    REQUIRE(shown["points"].size() == expected.size());
    std::size_t i = 0;
    for (const auto& [at, lookups] : expected) {
      const Json& point = shown["points"][i++];
      CHECK(point["at"] == fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(at * period.count())));
      CHECK(point["lookups"] == lookups);
    }
    CHECK(shown["total"]["lookups"] == total);
  }
}

TEST_CASE_FIXTURE(Scene, "what could not be stored is counted again the next time") {
  UsageCounter counter;
  LookupAnswer answer(index.read());
  for (const Match match : {Match::none, Match::one, Match::many, Match::many}) {
    answer.match = match;
    counter.count(answer, 3us);
  }
  const index::UsageCounts taken = counter.take();
  CHECK(taken.lookups() == 4);
  CHECK(counter.look() == index::UsageCounts{});
  counter.put_back(taken);
  CHECK(counter.look() == taken);
}

TEST_CASE_FIXTURE(Scene, "counts from several threads are all there, also while they are stored") {
  constexpr int kEach = 20'000;
  std::vector<std::thread> threads;
  const auto account = service.settings("default");
  for (int which = 0; which < 3; ++which) {
    threads.emplace_back([&, which] {
      LookupAnswer answer(index.read());
      answer.account = account;
      answer.match = static_cast<Match>(which);
      for (int i = 0; i < kEach; ++i) count_usage(answer, std::chrono::nanoseconds(i));
    });
  }
  for (int i = 0; i < 50; ++i) pass(1s);
  for (auto& thread : threads) thread.join();
  const Json total = range("day")["total"];
  CHECK(total["lookups"] == 3 * kEach);
  CHECK(total["none"] == kEach);
  CHECK(total["found"] == 2 * kEach);
  CHECK(total["many"] == kEach);
}

TEST_CASE_FIXTURE(Scene, "every door's lookup counts, and goes on counting after a reload") {
  Metrics metrics;
  const CallerSearch search(service, [] { return kNow; }, nullptr, nullptr);
  const LookupCounts counts(metrics, true);
  const DoorLookups lookups(search, counts, AskedBy::fastagi);
  put({person("1", "Anna", {"+12125550123"})});
  REQUIRE(lookups.answer({.account = "default", .number = "+12125550123"}));
  service.set_accounts(usage.attached({{"default", settings()}}));
  REQUIRE(lookups.answer({.account = "default", .number = "+12125550199"}));
  REQUIRE(lookups.answer({.account = "default", .number = "anonymous"}));
  CHECK_FALSE(lookups.answer({.account = "nobody", .number = "+12125550123"}));
  const Json total = range("day")["total"];
  CHECK(total["found"] == 1);
  CHECK(total["none"] == 1);
  CHECK(total["unmatchable"] == 1);
  CHECK(total["p50_us"].get<double>() > 0);
}

TEST_CASE_FIXTURE(Scene, "unknown ranges and keys without the scope are refused") {
  for (const std::string bad : {"", "hour", "DAY", "day%00", "1"}) {
    CHECK(get("/v1/usage?range=" + bad, admin).code == "bad_range");
  }
  CHECK(get("/v1/usage", admin).body["range"] == "day");
  CHECK(get("/v1/usage", key({"agent", "lookup", "metrics"})).code == "scope_missing");
}

}  // namespace
}  // namespace ringdex::server
