#include "index/history/webhook_history.h"

#include <doctest/doctest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <map>
#include <random>

#include "index/history/inbox.h"
#include "tests/index/open_index.h"

using namespace std::string_literals;

namespace ringdex::index {
namespace {

struct Scene {
  OpenIndex open;
  std::optional<Inbox> inbox{std::in_place, *open.store};

  void reopen() {
    inbox.reset();
    open.reopen();
    inbox.emplace(*open.store);
  }
  std::uint64_t accept(const std::string& payload, const std::string& source = "crm",
                       const std::string& account = "default") {
    const auto numbers = inbox->accept(account, source, {payload});
    REQUIRE(numbers);
    return numbers->at(0);
  }
  void ignore(const std::vector<std::string>& payloads, TimePoint now = at(1000)) {
    std::vector<IgnoredEvent> events;
    for (const auto& payload : payloads) events.push_back({payload, "no reason"});
    REQUIRE(inbox->note_ignored("default", "crm", events, now));
  }
  void settle(std::uint64_t number, TimePoint now = at(1000)) {
    ChangeBatch batch = OpenIndex::batch();
    batch.inbox_done = {{.number = number}};
    open.apply(batch, {}, now);
  }
  std::vector<EventEntry> history(const std::string& source = "crm", std::optional<std::uint64_t> behind = {},
                                  std::size_t events_max = 100'000, const std::string& account = "default") const {
    const auto events = inbox->history(account, source, behind, events_max);
    REQUIRE(events);
    return *events;
  }
  // "c? b+ a-": payloads with what became of them.
  std::string text(const std::string& source = "crm", const std::string& account = "default") const {
    std::string text;
    for (const EventEntry& event : history(source, {}, 1000, account)) {
      text += (text.empty() ? "" : " ") + event.payload;
      text += event.settled ? "_+-ix"[static_cast<std::size_t>(event.settled->outcome)] : '?';
    }
    return text;
  }
  SettledEvent settled(std::uint64_t number) const {
    for (const EventEntry& event : history()) {
      if (event.number == number && event.settled) return *event.settled;
    }
    FAIL("it is not settled");
    return {};
  }
};

}  // namespace

TEST_CASE("an event moves into the history with what its batch did") {
  Scene scene;
  scene.open.upsert({person("2", "Bo", 1), person("3", "Cy", 1), person("4", "Di", 1)});
  const auto number = scene.accept("a");
  CHECK(scene.text() == "a?");
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("1", "Anna", 5), person("2", "Bob", 5)};
  batch.deletions = {{contact("3"), 9, {}}, {contact("4"), 9, contact("2")}};
  batch.inbox_done = {{.number = number, .detail = "why", .before = {.renamed = 7}}};
  scene.open.apply(batch, {}, at(70'000));
  CHECK(scene.text() == "a+");
  const SettledEvent expected{.settled_at = at(70'000),
                              .outcome = EventOutcome::applied,
                              .did = {.added = 1, .updated = 1, .deleted = 1, .merged = 1, .renamed = 7},
                              .detail = "why"};
  CHECK(scene.settled(number) == expected);
  scene.reopen();
  CHECK(scene.text() == "a+");
  CHECK(scene.settled(number) == expected);
  // Settled once: a repeat finds it no more.
  batch.inbox_done = {{.number = number, .outcome = EventOutcome::given_up}};
  scene.open.apply(batch, {}, at(80'000));
  CHECK(scene.settled(number) == expected);
}

TEST_CASE("a batch that changes nothing, one that says what became of it, and one that brings other words") {
  Scene scene;
  scene.open.upsert({person("1", "Anna", 5)});
  const auto same = scene.accept("a");
  const auto old = scene.accept("b");
  const auto lost = scene.accept("c");
  const auto nameless = scene.accept("d");
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("1", "Anna", 5)};
  batch.inbox_done = {{.number = same}};
  scene.open.apply(batch);
  batch.upserts = {person("1", "Ann", 4)};
  batch.inbox_done = {{.number = old}};
  scene.open.apply(batch);
  batch.upserts = {person("9", "", 4)};
  batch.inbox_done = {{.number = nameless, .payload = "more is known\0"s}};
  scene.open.apply(batch);
  batch.upserts = {};
  batch.inbox_done = {{.number = lost, .outcome = EventOutcome::given_up, .detail = "404"}};
  scene.open.apply(batch);
  CHECK(scene.text() == "more is known\0- cx b- a-"s);
  CHECK(scene.settled(same).detail == "");
  CHECK(scene.settled(old).detail == "the source showed a form older than what is known here");
  CHECK(scene.settled(nameless).detail == "skipped: neither name nor organization");
  CHECK(scene.settled(lost).detail == "404");
}

TEST_CASE("of several events in one batch each is told what it did itself") {
  Scene scene;
  const auto lead = [](const std::string& id, const std::string& person_id) {
    Record record = person({"crm", RecordKind::lead, id}, "", 1);
    record.person_id = person_id;
    return record;
  };
  scene.open.upsert({person("1", "Anna", 1), person("2", "Bo", 1), person("3", "Cy", 1), lead("11", "1"),
                     lead("12", "1"), lead("31", "3")});
  const auto first = scene.accept("a");
  const auto second = scene.accept("b");
  const auto repeat = scene.accept("c");
  const auto waits = scene.accept("d");
  ChangeBatch batch = OpenIndex::batch();
  const auto deletion = [](const std::string& id, std::uint64_t event, std::optional<RecordId> into = {}) {
    return Deletion{.id = contact(id), .version = 9, .merged_into = std::move(into), .event = event};
  };
  batch.deletions = {deletion("1", first), deletion("2", second, contact("3")), deletion("1", repeat),
                     deletion("3", waits)};
  batch.inbox_done = {{.number = first}, {.number = second}, {.number = repeat}};
  const ApplyResult all = scene.open.apply(batch);
  CHECK(all.deleted == 5);
  CHECK(all.merged == 1);
  CHECK(scene.text() == "d? c- b+ a+");
  // With a person go the leads that have the person's name.
  CHECK(scene.settled(first).did == EventChanges{.deleted = 3});
  CHECK(scene.settled(second).did == EventChanges{.merged = 1});
  CHECK(scene.settled(repeat).did == EventChanges{});
}

TEST_CASE("a disabled source takes deletions and says what was left out") {
  Scene scene;
  scene.open.upsert({person("1", "Anna", 5)});
  REQUIRE(scene.open.index->set_mode("default", "crm", SourceState::Mode::disabled, at(1000)));
  const auto number = scene.accept("a");
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("1", "Ann", 6)};
  batch.inbox_done = {{.number = number}};
  scene.open.apply(batch);
  CHECK(scene.settled(number).outcome == EventOutcome::unchanged);
  CHECK(scene.settled(number).detail == "the source is disabled");
}

TEST_CASE("ignored events stand in the history at once, numbered with the others") {
  Scene scene;
  scene.accept("a");
  scene.ignore({"b", "c"});
  scene.accept("d");
  CHECK(scene.text() == "d? ci bi a?");
  const auto events = scene.history();
  CHECK(events.at(1).number > events.at(2).number);
  CHECK(scene.settled(events.at(1).number) ==
        SettledEvent{.settled_at = at(1000), .outcome = EventOutcome::ignored, .did = {}, .detail = "no reason"});
  CHECK(scene.inbox->pending("default", "crm", 100)->size() == 2);
  scene.reopen();
  CHECK(scene.text() == "d? ci bi a?");
}

TEST_CASE("the history of all sources of one account, page by page, is as a model has it") {
  Scene scene;
  const std::uint32_t seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 chance(seed);
  const std::vector<std::string> sources = {"a", "ab", "b", "crm"};
  std::map<std::uint64_t, std::pair<std::string, bool>> model;
  for (int step = 0; step < 300; ++step) {
    const std::string& source = sources[chance() % sources.size()];
    model[scene.accept("x", source)] = {source, false};
    scene.accept("y", source, chance() % 2 ? "default2" : "other");
    const auto some = std::next(model.begin(), static_cast<int>(chance() % model.size()));
    ChangeBatch batch = OpenIndex::batch();
    batch.source = some->second.first;
    batch.inbox_done = {{.number = some->first}};
    scene.open.apply(batch);
    some->second.second = true;
  }
  for (const std::string& source : {""s, "a"s, "ab"s, "b"s, "crm"s, "c"s}) {
    CAPTURE(source);
    std::vector<std::pair<std::uint64_t, std::pair<std::string, bool>>> expected;
    for (const auto& event : model) {
      if (source.empty() || event.second.first == source) expected.insert(expected.begin(), event);
    }
    std::vector<std::pair<std::uint64_t, std::pair<std::string, bool>>> listed;
    std::optional<std::uint64_t> behind;
    for (bool more = true; more;) {
      const auto page = scene.history(source, behind, 1 + chance() % 40);
      for (const EventEntry& event : page) {
        CHECK(event.payload == "x");
        listed.push_back({event.number, {event.source, event.settled.has_value()}});
        behind = event.number;
      }
      more = !page.empty();
    }
    CHECK(listed == expected);
  }
  CHECK(scene.history("", 0).empty());
  CHECK(scene.history("", {}, 0).empty());
  CHECK(scene.history("", {}, 10, "nobody").empty());
}

TEST_CASE("a source keeps so many of the newest, however many come at once") {
  Scene scene;
  const auto other = scene.accept("other", "crm2");
  scene.accept("waits");
  const auto flood = [&](std::size_t events, const std::string& payload) {
    scene.ignore(std::vector<std::string>(events, payload));
  };
  const std::size_t most = kSettledEventsMax + kSettledEventsSlack;
  flood(kSettledEventsMax, "old");
  CHECK(scene.history().size() == kSettledEventsMax + 1);
  scene.reopen();
  for (int time = 0; time < 20; ++time) {
    flood(kSettledEventsSlack / 4, "new");
    CHECK(scene.history().size() <= most + 1);
  }
  flood(3 * kSettledEventsMax, "newest");
  auto left = scene.history();
  REQUIRE(left.size() == kSettledEventsMax + 1);
  CHECK(std::ranges::count(left, "newest", &EventEntry::payload) == kSettledEventsMax);
  // What waits is nobody's to forget, and every source has its own bound.
  CHECK(left.back().payload == "waits");
  CHECK(scene.history("crm2").at(0).number == other);
  scene.settle(left.back().number);
  CHECK(scene.history().size() == kSettledEventsMax + 1);
}

TEST_CASE("settled events are forgotten by their time, also behind one that waited for long") {
  Scene scene;
  const auto late = scene.accept("late");
  const auto waits = scene.accept("waits");
  scene.ignore({"old", "old"}, at(100));
  scene.ignore({"new"}, at(200));
  scene.settle(late, at(300));
  REQUIRE(scene.inbox->forget_settled_before(at(200)));
  CHECK(scene.text() == "newi waits? late-");
  REQUIRE(scene.inbox->forget_settled_before(at(1000)));
  CHECK(scene.text() == "waits?");
  scene.settle(waits);
  CHECK(scene.text() == "waits-");
}

TEST_CASE("a store that was written before there was a history opens with what waits in it") {
  Scene scene;
  const auto number = scene.accept("a");
  scene.accept("b");
  const Store::Impl& store = scene.open.store->impl();
  REQUIRE(store.db->DropColumnFamily(store.family(Family::webhooks)).ok());
  scene.reopen();
  CHECK(scene.text() == "b? a?");
  scene.settle(number);
  CHECK(scene.text() == "b? a-");
  scene.reopen();
  CHECK(scene.text() == "b? a-");
}

TEST_CASE("a purged source has no history") {
  Scene scene;
  scene.accept("a");
  scene.accept("b", "crm2");
  scene.ignore({"c"});
  REQUIRE(scene.open.index->set_mode("default", "crm", SourceState::Mode::disabled, at(1000)));
  REQUIRE(scene.open.index->purge("default", "crm", "", 100, at(1000)));
  CHECK(scene.text() == "");
  CHECK(scene.text("crm2") == "b?");
}

TEST_CASE("a settled event comes back as it was stored, other bytes do not") {
  const SettledEvent event{.settled_at = at(-5),
                           .outcome = EventOutcome::given_up,
                           .did = {.added = 1, .updated = 1ULL << 40, .deleted = 3, .merged = 4, .renamed = 5},
                           .detail = "why\0not"s};
  const std::string payload = "\0\xff{}"s;
  const std::string bytes = encode_settled_event(event, payload);
  const auto read = decode_settled_event(bytes);
  REQUIRE(read);
  CHECK(read->settled == event);
  CHECK(read->payload == payload);
  // Cut within the payload it is another payload; before that it is nothing.
  for (std::size_t cut = 0; cut < bytes.size() - payload.size(); ++cut) {
    CHECK(!decode_settled_event(std::string_view(bytes).substr(0, cut)));
  }
  for (const char wrong : {'\0', '\5', '\xff'}) {
    std::string other = bytes;
    other[1] = wrong;
    CHECK(!decode_settled_event(other));
  }
  std::string newer = bytes;
  newer[0] = 2;
  CHECK(!decode_settled_event(newer));
}

}  // namespace ringdex::index
