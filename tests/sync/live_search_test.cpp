#include "sync/mirror/live_search.h"

#include <vector>

#include "tests/sync/sync_scene.h"

namespace ringdex::sync {
namespace {

const auto kKnown = *telephony::PhoneNumber::from_e164("+13108675301");
const auto kUnknown = *telephony::PhoneNumber::from_e164("+13108675399");

// Answers a search with what the test put there, and counts.
struct Searched : Connector {
  std::vector<FetchedRecord> hits;
  std::optional<FetchError> failure;
  std::vector<telephony::PhoneNumber> asked;

  std::expected<SourcePage, FetchError> next_page(const std::string&, TimePoint) override { return SourcePage{}; }
  std::expected<FetchedRecord, FetchError> fetch(const index::RecordId& id, TimePoint) override {
    return FetchedRecord{.id = id};
  }
  std::expected<std::vector<FetchedRecord>, FetchError> find_by_phone(telephony::PhoneNumber number,
                                                                      TimePoint) override {
    asked.push_back(number);
    if (failure) return std::unexpected(*failure);
    return hits;
  }
};

FetchedRecord hit(const std::string& id, const std::string& number) {
  FetchedRecord fetched;
  fetched.id = index::contact(id);
  fetched.record.emplace();
  fetched.record->id = fetched.id;
  fetched.record->name = "Person " + id;
  fetched.record->version = 5;
  fetched.record->phones.push_back({number, telephony::PhoneNumber::from_e164(number), "", ""});
  return fetched;
}

struct Scene : SyncScene {
  Searched connector;
  LiveSearch live{{.account = "default", .source = "crm", .policy = {}}, connector, *open.index};
  std::vector<bool> answers;

  bool ask(telephony::PhoneNumber number) {
    return live.ask(number, now, [this](bool found) { answers.push_back(found); });
  }
};

TEST_CASE("what has the number by our own reading is indexed, and nothing else of the answer") {
  Scene scene;
  scene.connector.hits = {hit("1", "+13108675301"), hit("2", "+13108675302")};
  REQUIRE(scene.ask(kKnown));
  scene.live.step(scene.now);
  CHECK(scene.answers == std::vector<bool>{true});
  CHECK(scene.open.ids("+13108675301") == "1");
  CHECK(scene.open.answer(index::contact("2")) == "unknown");
}

TEST_CASE("many who ask for one number ask the source once") {
  Scene scene;
  scene.connector.hits = {hit("1", "+13108675301")};
  for (int i = 0; i < 5; ++i) REQUIRE(scene.ask(kKnown));
  scene.live.step(scene.now);
  CHECK(scene.connector.asked.size() == 1);
  CHECK(scene.answers.size() == 5);
}

TEST_CASE("that nobody has a number is remembered for a while") {
  Scene scene;
  REQUIRE(scene.ask(kUnknown));
  scene.live.step(scene.now);
  CHECK(scene.answers == std::vector<bool>{false});
  CHECK_FALSE(scene.ask(kUnknown));
  CHECK(scene.ask(kKnown));
  scene.now += minutes(5) + seconds(1);
  CHECK(scene.ask(kUnknown));
  // A clock that was set back does not keep it shut.
  scene.live.step(scene.now);
  scene.live.step(scene.now);
  CHECK_FALSE(scene.ask(kUnknown));
  scene.now -= std::chrono::hours(2);
  CHECK(scene.ask(kUnknown));
}

TEST_CASE("a source that fails three times is left alone, then tried once more") {
  Scene scene;
  scene.connector.failure = failure(FetchErrorKind::unavailable, "503", std::nullopt, 503);
  for (int i = 0; i < 3; ++i) {
    REQUIRE(scene.ask(kKnown));
    scene.live.step(scene.now);
  }
  CHECK_FALSE(scene.ask(kKnown));
  CHECK(scene.answers == std::vector<bool>{false, false, false});
  scene.now += seconds(31);
  REQUIRE(scene.ask(kKnown));
  scene.live.step(scene.now);
  CHECK_FALSE(scene.ask(kKnown));  // once more was enough
  scene.now += seconds(31);
  scene.connector.failure.reset();
  REQUIRE(scene.ask(kKnown));
  scene.live.step(scene.now);
  CHECK(scene.ask(kUnknown));
}

TEST_CASE("want of budget is no failure and nothing to remember") {
  Scene scene;
  scene.connector.failure = failure(FetchErrorKind::rate_limited, "budget", seconds(3));
  for (int i = 0; i < 10; ++i) {
    REQUIRE(scene.ask(kKnown));
    scene.live.step(scene.now);
  }
}

TEST_CASE("a search that lags does not bring back who was deleted since") {
  Scene scene;
  scene.connector.hits = {hit("1", "+13108675301")};
  scene.open.upsert({*scene.connector.hits.front().record});
  scene.open.erase(index::contact("1"), 6);
  REQUIRE(scene.ask(kKnown));
  scene.live.step(scene.now);
  CHECK(scene.answers == std::vector<bool>{false});
  CHECK(scene.open.answer(index::contact("1")) == "gone");
}

TEST_CASE("who waits is answered at the end, and a disabled source is not asked") {
  Scene scene;
  REQUIRE(scene.ask(kKnown));
  scene.live.set_mode(index::SourceState::Mode::disabled);
  CHECK_FALSE(scene.ask(kUnknown));
  scene.live.stop();
  CHECK(scene.answers == std::vector<bool>{false});
  scene.live.set_mode(index::SourceState::Mode::on);
  CHECK_FALSE(scene.ask(kKnown));
}

TEST_CASE("so many numbers wait and no more") {
  Scene scene;
  for (std::size_t i = 0; i < LiveSearch::kWaitingMax; ++i) {
    REQUIRE(scene.ask(telephony::PhoneNumber::from_packed(13'108'670'000 + i)));
  }
  CHECK_FALSE(scene.ask(kUnknown));
  CHECK(scene.ask(telephony::PhoneNumber::from_packed(13'108'670'000)));
}

}  // namespace
}  // namespace ringdex::sync
