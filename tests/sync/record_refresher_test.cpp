#include "sync/mirror/record_refresher.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/sync/sync_scene.h"

namespace ringdex::sync {
namespace {

using Outcome = ResyncAnswer::Outcome;
using Strings = std::vector<std::string>;

struct Scene : SyncScene {
  double draw = 0;
  RecordRefresherOptions options{.account = "default",
                                 .source = "crm",
                                 .retry = {.first = seconds(2), .longest = minutes(5)},
                                 .policy = {},
                                 .draw = [this] { return draw; }};
  std::optional<FakeConnector> connector;
  std::optional<RecordRefresher> refresher;

  Scene() { start(); }
  void start() {
    connector.emplace(source);
    refresher.emplace(options, *connector, *open.index, *inbox, *ledger);
  }
  void restart() {
    refresher.reset();
    reopen();
    start();
  }
  // The mirror as the source is now.
  void copy() {
    std::vector<index::Record> records;
    for (const auto& [id, record] : source.alive()) records.push_back(record);
    open.upsert(records);
  }
  void event(Hint::Kind kind, const Strings& ids, const std::string& type = "event") {
    const Hint hint{.kind = kind, .type = type, .ids = ids, .happened_at = now};
    REQUIRE(inbox->accept("default", "crm", {encode_hint({.hint = hint, .attempts = 0, .not_before = {}})}));
  }
  milliseconds wait() { return refresher->step(now) - now; }
  // Steps until nothing is to be done at this moment.
  milliseconds drain() {
    for (int steps = 0; steps < 5000; ++steps) {
      if (const auto next = wait(); next > milliseconds(0)) return next;
    }
    FAIL("it has no end");
    return milliseconds(0);
  }
  std::size_t pending() const { return inbox->pending("default", "crm", 10'000).value().size(); }
  ResyncAnswer resync(const std::string& external_id) {
    auto answer = refresher->resync(index::contact(external_id));
    wait();
    REQUIRE(answer.wait_for(seconds(0)) == std::future_status::ready);
    return answer.get();
  }
  void fail_once(FetchError error) { connector->records.emplace_back(std::unexpected(std::move(error))); }
};

TEST_CASE("a hint has its record fetched again") {
  Scene scene;
  scene.source.put("1", "Anna", {"+13108675301"});
  scene.copy();
  scene.source.put("1", "Anna Bell", {"+13108675302"});
  scene.source.put("2", "Bo");
  scene.event(Hint::Kind::refetch, {"1"});
  scene.event(Hint::Kind::refetch, {"2"});
  CHECK(scene.wait() == milliseconds(0));
  CHECK(scene.connector->fetched == Strings{"1"});
  CHECK(scene.drain() == minutes(1));
  CHECK(differences(scene.open, scene.source) == "");
  CHECK(scene.open.ids("+13108675301") == "");
  CHECK(scene.pending() == 0);
}

TEST_CASE("a hint of a record that is gone removes it") {
  Scene scene;
  scene.source.put("1", "Anna", {"+13108675301"});
  scene.source.put("2", "Bo");
  scene.copy();
  scene.source.remove("1");
  scene.source.remove("2");
  SUBCASE("the source answers that it has none") {}
  SUBCASE("the source answers 404") {
    scene.fail_once(failure(FetchErrorKind::not_found, "404", std::nullopt, 404));
  }
  SUBCASE("the source's clock is behind the version that is known here") {
    FetchedRecord none{.id = index::contact("1"), .as_of = at(5)};
    scene.connector->records.emplace_back(none);
  }
  scene.event(Hint::Kind::refetch, {"1"});
  scene.event(Hint::Kind::deleted, {"2"});
  scene.drain();
  CHECK(differences(scene.open, scene.source, {"1", "2"}) == "");
}

TEST_CASE("of an id that neither side knows nothing is remembered") {
  Scene scene;
  scene.event(Hint::Kind::refetch, {"77"});
  scene.event(Hint::Kind::deleted, {"77"});
  scene.drain();
  CHECK(scene.pending() == 0);
  CHECK(scene.open.answer(index::contact("77")) == "unknown");
  // The source shows a new record only after a while, with a version from before.
  scene.open.upsert({index::person("77", "Late", 5)});
  CHECK(scene.open.answer(index::contact("77")) == "crm:contact:77");
}

TEST_CASE("a record that no longer fits is withdrawn and comes back") {
  Scene scene;
  scene.source.put("1", "Anna", {"+13108675301"});
  scene.copy();
  scene.source.make_unfit("1");
  scene.event(Hint::Kind::refetch, {"1"});
  scene.drain();
  CHECK(scene.open.ids("+13108675301") == "");
  scene.source.put("1", "Anna", {"+13108675301"});
  scene.event(Hint::Kind::refetch, {"1"});
  scene.drain();
  CHECK(scene.open.ids("+13108675301") == "1");
}

TEST_CASE("an organization's hint renames its people") {
  Scene scene;
  scene.source.name_organization("7", "Acme");
  scene.source.put("1", "Anna", {}, "7");
  scene.event(Hint::Kind::refetch, {"1"});
  scene.drain();
  CHECK(scene.open.record(index::contact("1")).organization == "Acme");
  scene.source.name_organization("7", "Acme Ltd");
  scene.event(Hint::Kind::organization, {"7"});
  scene.drain();
  CHECK(scene.open.record(index::contact("1")).organization == "Acme Ltd");
  CHECK(scene.connector->fetched == Strings{"1", "organization 7"});
}

TEST_CASE("an organization that is gone settles its hint") {
  Scene scene;
  scene.source.put("1", "Anna", {}, "7");
  scene.copy();
  scene.open.organizations({{"7", "Acme"}});
  CHECK(scene.open.record(index::contact("1")).organization == "Acme");
  scene.event(Hint::Kind::organization, {"7"});
  CHECK(scene.drain() == minutes(1));
  CHECK(scene.pending() == 0);
  CHECK(scene.open.record(index::contact("1")).organization == "");
}

TEST_CASE("a merge is found out from the source, in whatever order the ids come") {
  for (const bool winner_first : {false, true}) {
    for (const bool answers_404 : {false, true}) {
      CAPTURE(winner_first);
      CAPTURE(answers_404);
      Scene scene;
      scene.source.put("1", "Anna", {"+13108675301"});
      scene.source.put("2", "Ann", {"+13108675302"});
      scene.copy();
      scene.source.merge("2", "1");
      if (answers_404) {
        if (winner_first) scene.connector->records.emplace_back(std::nullopt);
        scene.fail_once(failure(FetchErrorKind::not_found, "404", std::nullopt, 404));
      }
      scene.event(Hint::Kind::merged, winner_first ? Strings{"1", "2"} : Strings{"2", "1"});
      scene.drain();
      CHECK(differences(scene.open, scene.source, {"2"}) == "");
      CHECK(scene.open.answer(index::contact("2")) == "crm:contact:1 <- crm:contact:2");
      CHECK(scene.open.ids("+13108675302") == "1");
      CHECK(scene.pending() == 0);
    }
  }
}

TEST_CASE("a merge of records that were never seen leaves an alias") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Ann");
  scene.source.merge("2", "1");
  scene.event(Hint::Kind::merged, {"2", "1"});
  scene.drain();
  CHECK(scene.open.answer(index::contact("2")) == "crm:contact:1 <- crm:contact:2");
}

TEST_CASE("a merge into a record that cannot be shown removes both") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Ann");
  scene.copy();
  scene.source.merge("2", "1");
  scene.source.make_unfit("1");
  scene.event(Hint::Kind::merged, {"1", "2"});
  scene.drain();
  CHECK(differences(scene.open, scene.source, {"1", "2"}) == "");
  scene.source.put("1", "Anna");
  scene.event(Hint::Kind::refetch, {"1"});
  scene.drain();
  CHECK(scene.open.answer(index::contact("2")) == "crm:contact:1 <- crm:contact:2");
}

TEST_CASE("a merge that the source still hides is asked again after 60 s and 5 min, then settled") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Ann");
  scene.copy();
  SUBCASE("it never shows") {}
  // What failed before the first answer takes nothing from these waits.
  SUBCASE("after failures") {
    for (int i = 0; i < 4; ++i) scene.fail_once(failure(FetchErrorKind::unavailable, "down"));
  }
  scene.source.put("1", "Anna Bell");
  scene.event(Hint::Kind::merged, {"1", "2"});
  milliseconds next = scene.drain();
  while (scene.open.record(index::contact("1")).name != "Anna Bell") {
    scene.now += next;
    next = scene.drain();
  }
  CHECK(next == seconds(60));
  CHECK(scene.pending() == 1);
  scene.now += next;
  CHECK(scene.drain() == minutes(1));
  scene.now += minutes(4);
  CHECK(scene.drain() == minutes(1));
  CHECK(scene.pending() == 1);
  scene.now += minutes(1);
  const std::size_t fetched = scene.connector->fetched.size();
  scene.drain();
  CHECK(scene.connector->fetched.size() == fetched + 2);
  CHECK(scene.pending() == 0);
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("a merge that shows at the second asking") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Ann");
  scene.copy();
  scene.event(Hint::Kind::merged, {"1", "2"});
  scene.drain();
  scene.restart();
  scene.source.merge("1", "2");
  scene.now += seconds(59);
  CHECK(scene.drain() == seconds(1));
  scene.now += seconds(1);
  scene.drain();
  CHECK(scene.pending() == 0);
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:2 <- crm:contact:1");
}

TEST_CASE("a merge of which both are gone by now removes both") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Ann");
  scene.copy();
  scene.source.remove("1");
  scene.source.remove("2");
  scene.event(Hint::Kind::merged, {"1", "2"});
  scene.drain();
  CHECK(scene.pending() == 0);
  CHECK(scene.open.answer(index::contact("1")) == "gone");
  CHECK(scene.open.answer(index::contact("2")) == "gone");
}

TEST_CASE("while the source is down events wait, over a restart too, and it is asked with growing pauses") {
  Scene scene;
  for (int i = 1; i <= 20; ++i) scene.source.put(std::to_string(i), "Person");
  for (int i = 1; i <= 20; ++i) scene.event(Hint::Kind::refetch, {std::to_string(i)});
  bool down = true;
  const auto before_fetch = [&]() -> std::optional<FetchError> {
    if (down) return failure(FetchErrorKind::unavailable, "down");
    return std::nullopt;
  };
  scene.connector->before_fetch = before_fetch;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 5; ++i) {
    waits.push_back(scene.drain().count());
    // A nudge does not make it ask earlier.
    CHECK(scene.wait() == milliseconds(waits.back()));
    scene.now += milliseconds(waits.back());
  }
  CHECK(waits == std::vector<std::int64_t>{1'000, 2'000, 4'000, 8'000, 16'000});
  CHECK(scene.connector->fetched == Strings{"1", "2", "3", "4", "5"});
  CHECK(scene.pending() == 20);
  scene.restart();
  CHECK(scene.pending() == 20);
  down = false;
  for (int i = 0; i < 20; ++i) {
    scene.drain();
    scene.now += minutes(1);
  }
  CHECK(scene.pending() == 0);
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("events that always fail do not hold up the others") {
  Scene scene;
  for (int i = 1; i <= 10; ++i) scene.source.put(std::to_string(i), "Person");
  scene.connector->before_fetch = [&]() -> std::optional<FetchError> {
    if (scene.connector->fetched.back() > "3") return std::nullopt;
    return failure(FetchErrorKind::unavailable, "these are broken", std::nullopt, 500);
  };
  for (int i = 1; i <= 10; ++i) scene.event(Hint::Kind::refetch, {std::to_string(i)});
  for (int i = 0; i < 3; ++i) scene.now += scene.drain();
  scene.drain();
  CHECK(scene.pending() == 4);
  scene.connector->before_fetch = nullptr;
  for (int i = 0; i < 5; ++i) scene.now += scene.drain();
  CHECK(scene.pending() == 0);
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("events that wait for their time do not hide those behind them") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Ann");
  scene.copy();
  for (int i = 0; i < 150; ++i) scene.event(Hint::Kind::merged, {"1", "2"});
  scene.drain();
  CHECK(scene.pending() == 150);
  scene.source.put("3", "Bo");
  scene.event(Hint::Kind::refetch, {"3"});
  scene.drain();
  CHECK(scene.pending() == 150);
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("the source's own budget and its 429 only pause") {
  for (const int http_status : {0, 429}) {
    CAPTURE(http_status);
    Scene scene;
    scene.source.put("1", "Anna");
    scene.event(Hint::Kind::refetch, {"1"});
    for (int i = 0; i < 20; ++i) scene.fail_once(failure(FetchErrorKind::rate_limited, "x", seconds(9), http_status));
    for (int i = 0; i < 20; ++i) {
      CHECK(scene.drain() == seconds(9));
      scene.now += seconds(9);
    }
    CHECK(scene.drain() == minutes(1));
    CHECK(differences(scene.open, scene.source) == "");
  }
}

TEST_CASE("a 429 that names no time is not asked again at once") {
  Scene scene;
  scene.event(Hint::Kind::refetch, {"1"});
  scene.fail_once(failure(FetchErrorKind::rate_limited, "x", seconds(0), 429));
  CHECK(scene.drain() == seconds(1));
}

TEST_CASE("a refused credential keeps the events") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.event(Hint::Kind::refetch, {"1"});
  for (int i = 0; i < 30; ++i) scene.fail_once(failure(FetchErrorKind::unauthorized, "refused", std::nullopt, 401));
  for (int i = 0; i < 200 && scene.pending() > 0; ++i) scene.now += scene.drain();
  CHECK(scene.connector->fetched.size() == 31);
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("an answer that cannot be understood is given up after twelve times; other failures do not count") {
  Scene scene;
  scene.source.put("1", "Anna");
  for (int i = 0; i < 20; ++i) scene.fail_once(failure(FetchErrorKind::unavailable, "down"));
  for (int i = 0; i < 12; ++i) scene.fail_once(failure(FetchErrorKind::malformed, "not JSON", std::nullopt, 200));
  scene.event(Hint::Kind::refetch, {"1"});
  for (int i = 0; i < 300 && scene.connector->fetched.size() < 31; ++i) scene.now += scene.drain();
  CHECK(scene.pending() == 1);
  for (int i = 0; i < 10 && scene.pending() > 0; ++i) scene.now += scene.drain();
  CHECK(scene.pending() == 0);
  CHECK(scene.connector->fetched.size() == 32);
  CHECK(scene.open.answer(index::contact("1")) == "unknown");
}

TEST_CASE("a corrupt payload is dropped and what is behind it goes on") {
  Scene scene;
  scene.source.put("1", "Anna");
  REQUIRE(scene.inbox->accept("default", "crm", {"", "{\"kind\":99}", "\xff\xfe"}));
  scene.event(Hint::Kind::refetch, {"1"});
  scene.drain();
  CHECK(scene.pending() == 0);
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("a wall clock that was set back does not stretch a wait") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.event(Hint::Kind::refetch, {"1"});
  scene.fail_once(failure(FetchErrorKind::unavailable, "down", minutes(10), 503));
  scene.drain();
  scene.now -= std::chrono::days(30);
  scene.drain();
  CHECK(scene.pending() == 0);
}

TEST_CASE("any order of a set of events gives the same index") {
  const auto history = [](FakeSource& source) {
    for (int i = 1; i <= 8; ++i) source.put(std::to_string(i), "Person", {"+1310867530" + std::to_string(i)});
  };
  const auto changes = [](FakeSource& source) {
    source.put("1", "Anna", {"+13108675309"});
    source.remove("2");
    source.merge("3", "4");
    source.merge("4", "5");
    source.make_unfit("6");
    source.remove("7");
    source.put("7", "Back");
    source.put("9", "New");
  };
  struct Event {
    Hint::Kind kind;
    Strings ids;
  };
  using enum Hint::Kind;
  std::vector<Event> events = {{refetch, {"1"}},     {refetch, {"1"}}, {deleted, {"2"}}, {merged, {"3", "4"}},
                               {merged, {"5", "4"}}, {refetch, {"6"}}, {deleted, {"7"}}, {refetch, {"7"}},
                               {refetch, {"9"}},     {refetch, {"4"}}, {refetch, {"3"}}};
  std::mt19937_64 chance(1);
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    std::ranges::shuffle(events, chance);
    Scene scene;
    history(scene.source);
    scene.copy();
    changes(scene.source);
    for (const Event& event : events) scene.event(event.kind, event.ids);
    scene.drain();
    // The merge of 3 into 4 may be seen when 4 is gone too: then only that it is gone is known.
    CHECK(differences(scene.open, scene.source, {"2", "3", "4", "6"}) == "");
    CHECK(scene.open.answer(index::contact("4")).starts_with("crm:contact:5"));
    CHECK(scene.open.answer(index::contact("2")) == "gone");
    CHECK(scene.pending() == 0);
  }
}

TEST_CASE("a forced resync tells what it came to") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Ann");
  scene.copy();

  SUBCASE("updated") {
    scene.source.put("1", "Anna Bell");
    CHECK(scene.resync("1").outcome == Outcome::updated);
    CHECK(scene.resync("1").outcome == Outcome::unchanged);
  }
  SUBCASE("updated: new here") {
    scene.source.put("3", "Bo");
    CHECK(scene.resync("3").outcome == Outcome::updated);
  }
  SUBCASE("updated without a new version") {
    scene.source.rename_quietly("1", "Anna Bell");
    CHECK(scene.resync("1").outcome == Outcome::updated);
  }
  SUBCASE("unchanged") {
    const auto answer = scene.resync("1");
    CHECK(answer.outcome == Outcome::unchanged);
    CHECK(answer.detail == "");
    CHECK(!answer.merged_into);
  }
  SUBCASE("deleted") {
    scene.source.remove("1");
    CHECK(scene.resync("1").outcome == Outcome::deleted);
    CHECK(scene.resync("1").outcome == Outcome::deleted);
    CHECK(scene.open.answer(index::contact("1")) == "gone");
  }
  SUBCASE("not found, and still unknown afterwards") {
    CHECK(scene.resync("77").outcome == Outcome::not_found);
    CHECK(scene.resync("77").outcome == Outcome::not_found);
    CHECK(scene.open.answer(index::contact("77")) == "unknown");
  }
  SUBCASE("merged, if the source says so") {
    scene.source.fetch_names_winners = true;
    scene.source.merge("2", "1");
    const auto answer = scene.resync("2");
    CHECK(answer.outcome == Outcome::merged);
    CHECK(answer.merged_into == index::contact("1"));
  }
  SUBCASE("merged, if it is known here") {
    scene.source.merge("2", "1");
    scene.event(Hint::Kind::merged, {"1", "2"});
    scene.drain();
    const auto answer = scene.resync("2");
    CHECK(answer.outcome == Outcome::merged);
    CHECK(answer.merged_into == index::contact("1"));
  }
  SUBCASE("unreachable") {
    scene.fail_once(failure(FetchErrorKind::unavailable, "down"));
    const auto answer = scene.resync("1");
    CHECK(answer.outcome == Outcome::unreachable);
    CHECK(answer.detail == "down");
    CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
  }
  SUBCASE("a record over the limits leaves, with the reason") {
    scene.source.make_unfit("1");
    const auto answer = scene.resync("1");
    CHECK(answer.outcome == Outcome::deleted);
    CHECK(answer.detail == "skipped: 11 phones");
  }
  SUBCASE("the record limit") {
    scene.options.policy.records_max = 2;
    scene.start();
    scene.source.put("3", "Bo");
    const auto answer = scene.resync("3");
    CHECK(answer.outcome == Outcome::unchanged);
    CHECK(answer.detail.find("limit") != std::string::npos);
  }
  SUBCASE("deletions are not followed") {
    scene.options.policy.delete_records = false;
    scene.start();
    scene.source.remove("1");
    const auto answer = scene.resync("1");
    CHECK(answer.outcome == Outcome::unchanged);
    CHECK(answer.detail != "");
    CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
  }
}

TEST_CASE("a resync goes before the inbox") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Bo");
  scene.event(Hint::Kind::refetch, {"1"});
  CHECK(scene.resync("2").outcome == Outcome::updated);
  CHECK(scene.connector->fetched == Strings{"2"});
  scene.drain();
  CHECK(scene.connector->fetched == Strings{"2", "1"});
}

TEST_CASE("a resync is tried at once although events wait for a source that is down") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.event(Hint::Kind::refetch, {"1"});
  scene.fail_once(failure(FetchErrorKind::unavailable, "down", minutes(9), 503));
  CHECK(scene.drain() == minutes(1));
  scene.source.put("2", "Bo");
  CHECK(scene.resync("2").outcome == Outcome::updated);
}

TEST_CASE("a resync waits its turn in the budget, with the others behind it") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Bo");
  scene.fail_once(failure(FetchErrorKind::rate_limited, "x", seconds(9), 0));
  auto first = scene.refresher->resync(index::contact("1"));
  auto second = scene.refresher->resync(index::contact("2"));
  CHECK(scene.wait() == seconds(9));
  CHECK(first.wait_for(seconds(0)) == std::future_status::timeout);
  scene.now += seconds(9);
  scene.drain();
  CHECK(scene.connector->fetched == Strings{"1", "1", "2"});
  CHECK(first.get().outcome == Outcome::updated);
  CHECK(second.get().outcome == Outcome::updated);
}

TEST_CASE("what was asked and not done is answered at the end") {
  Scene scene;
  auto answer = scene.refresher->resync(index::contact("1"));
  scene.refresher.reset();
  CHECK(answer.get().outcome == Outcome::unreachable);
}

TEST_CASE("more resyncs than the queue holds are answered at once") {
  Scene scene;
  std::vector<std::future<ResyncAnswer>> answers;
  for (int i = 0; i < 1001; ++i) answers.push_back(scene.refresher->resync(index::contact("1")));
  CHECK(answers[999].wait_for(seconds(0)) == std::future_status::timeout);
  REQUIRE(answers[1000].wait_for(seconds(0)) == std::future_status::ready);
  CHECK(answers[1000].get().outcome == Outcome::unreachable);
}

}  // namespace
}  // namespace ringdex::sync
