#include "sync/webhooks/webhook_event.h"

#include <doctest/doctest.h>

#include <string>

#include "sync/mirror/record_refresher.h"
#include "sync/webhooks/hint_codec.h"
#include "sync/webhooks/webhook_intake.h"
#include "telephony/text/printable.h"
#include "tests/sync/sync_scene.h"

namespace ringdex::sync {
namespace {

using index::EventChanges;
using index::EventOutcome;
using Strings = std::vector<std::string>;

// One source with what accepts its events and what settles them.
struct Scene : SyncScene {
  index::ApplyPolicy policy;
  FakeConnector connector{source};
  std::optional<WebhookIntake> intake;
  std::optional<RecordRefresher> refresher;

  explicit Scene(index::ApplyPolicy given = {}) : policy(given) { start(); }
  void start() {
    intake.emplace(WebhookIntakeOptions{.account = "default", .source = "crm", .policy = policy}, connector,
                   *open.index, *inbox);
    refresher.emplace(RecordRefresherOptions{.account = "default",
                                             .source = "crm",
                                             .retry = {.first = seconds(2), .longest = minutes(5)},
                                             .policy = policy,
                                             .draw = [] { return 0.0; }},
                      connector, *open.index, *inbox, *ledger);
  }
  void restart() {
    intake.reset();
    refresher.reset();
    reopen();
    start();
  }
  void copy() {
    std::vector<index::Record> records;
    for (const auto& [id, record] : source.alive()) records.push_back(record);
    open.upsert(records);
  }
  void accept(const std::string& body) { REQUIRE(intake->accept(tests::signed_request(body), now)); }
  // Until nothing is to be done at this moment.
  milliseconds drain() {
    for (int steps = 0; steps < 1000; ++steps) {
      const auto next = refresher->step(now) - now;
      if (next > milliseconds(0)) return next;
    }
    FAIL("it has no end");
    return {};
  }
  std::vector<WebhookEvent> events() const {
    std::vector<WebhookEvent> all;
    const auto entries = inbox->history("default", "crm", {}, 1000);
    REQUIRE(entries);
    for (const auto& entry : *entries) all.push_back(webhook_event(entry));
    return all;
  }
  WebhookEvent last() const { return events().at(0); }
};

TEST_CASE("a deletion is in the history when accept returns") {
  Scene scene;
  scene.open.upsert({index::person("1", "Anna", 50), index::person("2", "Bo", 50)});
  scene.accept("deleted 1 60\ndeleted 2 60\ndeleted 1 61\ndeleted 77 60");
  const auto events = scene.events();
  REQUIRE(events.size() == 4);
  const auto& first = events[3];
  CHECK(first.type == "deleted");
  CHECK(first.kind == Hint::Kind::deleted);
  CHECK(first.source == "crm");
  CHECK(first.records == Strings{"crm:contact:1"});
  CHECK(first.into == "");
  CHECK(first.received_at == scene.now);
  CHECK(first.settled_at == scene.now);
  CHECK(first.outcome == EventOutcome::applied);
  CHECK(first.did == EventChanges{.deleted = 1});
  CHECK(first.attempts == 0);
  CHECK(first.detail == "");
  CHECK(events[2].records == Strings{"crm:contact:2"});
  CHECK(events[2].did == EventChanges{.deleted = 1});
  CHECK(events[1].outcome == EventOutcome::unchanged);
  CHECK(events[1].did == EventChanges{});
  CHECK(events[0].outcome == EventOutcome::unchanged);
  CHECK(events[0].detail == "it was not known here");
  scene.accept("deleted 2 70");
  CHECK(scene.last().detail == "it was gone already");
}

TEST_CASE("where deletions are not followed the event says so") {
  Scene scene({.delete_records = false});
  scene.source.put("1", "Anna");
  scene.open.upsert({index::person("1", "Anna", 50)});
  scene.accept("deleted 1 60");
  CHECK(scene.last().outcome == EventOutcome::unchanged);
  CHECK(scene.last().detail == "deletions of this source are not followed");
  scene.source.remove("1");
  scene.accept("refetch 1");
  scene.drain();
  CHECK(scene.last().outcome == EventOutcome::unchanged);
  CHECK(scene.last().detail == "the source does not have it any more; its deletions are not followed");
}

TEST_CASE("a deletion that is older than the record says that it is still there") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.copy();
  scene.accept("deleted 1 10");
  CHECK(!scene.last().outcome);
  CHECK(!scene.last().settled_at);
  scene.drain();
  CHECK(scene.last().outcome == EventOutcome::unchanged);
  CHECK(scene.last().detail == "it changed after this deletion, and the source still has it");
}

TEST_CASE("what a fetch brought: a new record, a changed one, the same, one that is gone, one that nobody knows") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Bo");
  scene.copy();
  const auto outcome = [&](const std::string& body) {
    scene.accept(body);
    scene.now += seconds(1);
    scene.drain();
    const WebhookEvent event = scene.last();
    CHECK(event.received_at == scene.now - seconds(1));
    CHECK(event.settled_at == scene.now);
    REQUIRE(event.outcome);
    return std::pair(*event.outcome, event.did);
  };
  CHECK(outcome("refetch 1") == std::pair(EventOutcome::unchanged, EventChanges{}));
  scene.source.put("1", "Anna Bell");
  CHECK(outcome("refetch 1") == std::pair(EventOutcome::applied, EventChanges{.updated = 1}));
  scene.source.put("3", "Cy", {}, "7");
  CHECK(outcome("refetch 3") == std::pair(EventOutcome::applied, EventChanges{.added = 1}));
  scene.source.name_organization("7", "Acme");
  CHECK(outcome("organization 7") == std::pair(EventOutcome::applied, EventChanges{.renamed = 1}));
  CHECK(scene.last().records == Strings{"crm:organization:7"});
  scene.source.remove("2");
  CHECK(outcome("refetch 2") == std::pair(EventOutcome::applied, EventChanges{.deleted = 1}));
  CHECK(outcome("refetch 77") == std::pair(EventOutcome::unchanged, EventChanges{}));
  CHECK(scene.last().detail == "it is not known, there or here");
  scene.source.make_unfit("3");
  CHECK(outcome("refetch 3") == std::pair(EventOutcome::applied, EventChanges{.deleted = 1}));
  CHECK(scene.last().detail.starts_with("skipped: "));
  CHECK(scene.last().detail.size() > 9);
}

TEST_CASE("a merge names the survivor") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Anna Bell");
  scene.copy();
  scene.source.merge("1", "2");
  scene.accept("merged 1 2");
  CHECK(scene.last().into == "");
  scene.drain();
  CHECK(scene.last().outcome == EventOutcome::applied);
  CHECK(scene.last().records == Strings{"crm:contact:1", "crm:contact:2"});
  CHECK(scene.last().into == "crm:contact:2");
  CHECK(scene.last().did.merged == 1);
  CHECK(scene.last().did.deleted == 0);
  scene.restart();
  CHECK(scene.last().into == "crm:contact:2");
}

TEST_CASE("a merge that the source shows late keeps count of what the waits brought") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.source.put("2", "Anna Bell");
  scene.copy();
  scene.source.put("2", "Anna B.");
  scene.accept("merged 1 2");
  scene.drain();
  CHECK(!scene.last().outcome);
  CHECK(scene.last().attempts == 1);
  CHECK(scene.last().detail == "the source still shows both");
  CHECK(scene.last().did == EventChanges{.updated = 1});
  SUBCASE("and then shows") {
    scene.restart();
    scene.source.remove("1");
    scene.now += minutes(2);
    scene.drain();
    CHECK(scene.last().outcome == EventOutcome::applied);
    CHECK(scene.last().did == EventChanges{.updated = 1, .merged = 1});
    CHECK(scene.last().detail == "");
  }
  SUBCASE("and never shows") {
    for (int wait = 0; wait < 3; ++wait) {
      scene.now += minutes(10);
      scene.drain();
    }
    CHECK(scene.last().outcome == EventOutcome::applied);
    CHECK(scene.last().did == EventChanges{.updated = 1});
    CHECK(scene.last().detail == "the source still shows both");
  }
}

TEST_CASE("an event that waits says how often it was tried and why it failed") {
  Scene scene;
  scene.source.put("1", "Anna");
  scene.connector.records.emplace_back(
      std::unexpected(failure(FetchErrorKind::malformed, "no JSON\n" + std::string(1000, 'x'))));
  scene.accept("refetch 1");
  CHECK(scene.last().attempts == 0);
  scene.drain();
  CHECK(!scene.last().outcome);
  CHECK(scene.last().attempts == 1);
  CHECK(scene.last().detail.starts_with("no JSON?xx"));
  CHECK(scene.last().detail.size() <= text::kPrintableBytesMax);
  scene.restart();
  CHECK(scene.last().attempts == 1);
  scene.now += minutes(10);
  scene.drain();
  CHECK(scene.last().outcome == EventOutcome::applied);
  CHECK(scene.last().attempts == 1);
  CHECK(scene.last().did == EventChanges{.added = 1});
  CHECK(scene.last().detail == "");
}

TEST_CASE("an event that is given up says why") {
  Scene scene;
  scene.connector.before_fetch = [] { return failure(FetchErrorKind::malformed, "no JSON"); };
  scene.accept("refetch 1");
  int tries = 0;
  for (; !scene.last().outcome && tries < 100; ++tries) {
    scene.drain();
    scene.now += minutes(10);
  }
  CHECK(scene.last().outcome == EventOutcome::given_up);
  CHECK(scene.last().detail == "no JSON");
  CHECK(scene.last().attempts == scene.connector.fetched.size());
  CHECK(scene.last().did == EventChanges{});
}

TEST_CASE("bytes that are no event are given up and listed") {
  Scene scene;
  REQUIRE(scene.inbox->accept("default", "crm", {"\xff\x00{]"}));
  CHECK(!scene.last().kind);
  scene.drain();
  CHECK(scene.last().outcome == EventOutcome::given_up);
  CHECK(scene.last().detail == "it cannot be read");
  CHECK(scene.last().type == "");
  CHECK(scene.last().records.empty());
}

TEST_CASE("ignored events are listed, with others of the same request and alone") {
  Scene scene;
  scene.accept("ignored");
  CHECK(scene.last().outcome == EventOutcome::ignored);
  CHECK(scene.last().kind == Hint::Kind::ignored);
  CHECK(scene.last().detail == "it asks for nothing");
  CHECK(scene.last().received_at == scene.now);
  scene.accept("ignored\nrefetch 1\nignored");
  CHECK(scene.events().size() == 4);
  CHECK(scene.inbox->pending("default", "crm", 10)->size() == 1);
}

TEST_CASE("of a disabled source what is not kept is listed all the same") {
  Scene scene;
  scene.open.upsert({index::person("1", "Anna", 50)});
  scene.intake->set_mode(index::SourceState::Mode::disabled);
  scene.refresher->set_mode(index::SourceState::Mode::disabled);
  scene.accept("refetch 1\ndeleted 1 60\nmerged 1 2");
  const auto events = scene.events();
  REQUIRE(events.size() == 3);
  // The ones that are only noted come last.
  CHECK(events[0].kind == Hint::Kind::refetch);
  CHECK(events[0].outcome == EventOutcome::ignored);
  CHECK(events[0].detail == "the source is disabled");
  CHECK(events[1].kind == Hint::Kind::merged);
  CHECK(!events[1].outcome);
  CHECK(events[2].did == EventChanges{.deleted = 1});
  scene.drain();
  CHECK(!scene.events()[1].outcome);
}

TEST_CASE("an event of an older ringdex has no time of arrival") {
  Scene scene;
  REQUIRE(scene.inbox->accept(
      "default", "crm",
      {R"({"attempts":2,"both_alive":0,"event_id":"9","happened_at":1700000000123,"ids":["1"],"into":"","kind":0,)"
       R"("not_before":0,"record_kind":1,"type":"changed","unreadable":1})"}));
  CHECK(scene.last().type == "changed");
  CHECK(scene.last().records == Strings{"crm:contact:1"});
  CHECK(scene.last().attempts == 2);
  CHECK(!scene.last().received_at);
  scene.source.put("1", "Anna");
  scene.drain();
  CHECK(scene.last().outcome == EventOutcome::applied);
  CHECK(!scene.last().received_at);
  CHECK(scene.last().settled_at == scene.now);
}

TEST_CASE("of an event with many ids a part is listed") {
  WaitingHint waiting;
  waiting.hint.kind = Hint::Kind::refetch;
  for (int id = 0; id < 1000; ++id) waiting.hint.ids.push_back(std::to_string(id));
  const WebhookEvent event = webhook_event({.source = "crm", .number = 1, .payload = encode_hint(waiting)});
  CHECK(event.records.size() == 100);
}

TEST_CASE("refused requests are counted by reason") {
  Scene scene;
  const auto refuse = [&](const WebhookRequest& request) { CHECK(!scene.intake->accept(request, scene.now)); };
  CHECK(scene.intake->refused().last_at == std::nullopt);
  refuse({{}, "refetch 1"});
  refuse({{{"signature", "bad"}}, "refetch 1"});
  refuse({{{"signature", "late"}}, "refetch 1"});
  refuse(tests::signed_request("none"));
  scene.now += seconds(5);
  refuse(tests::signed_request("malformed"));
  scene.accept("refetch 1");
  const RefusedWebhooks refused = scene.intake->refused();
  CHECK(refused.bad_signature == 2);
  CHECK(refused.outside_time_window == 1);
  CHECK(refused.not_supported == 1);
  CHECK(refused.malformed == 1);
  CHECK(refused.not_stored == 0);
  CHECK(refused.last_at == scene.now);
  CHECK(refused.last_reason == "malformed");
  CHECK(scene.events().size() == 1);

  RefusedWebhooks both{.malformed = 1, .last_at = scene.now - seconds(1), .last_reason = "not_stored"};
  both += refused;
  CHECK(both.malformed == 2);
  CHECK(both.last_reason == "malformed");
  both += RefusedWebhooks{};
  CHECK(both.last_at == scene.now);
}

}  // namespace
}  // namespace ringdex::sync
