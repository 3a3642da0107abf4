#include "tests/sync/syncer_scene.h"

namespace ringdex::sync {
namespace {

using Mode = index::SourceState::Mode;

struct Scene : SyncerScene {
  explicit Scene(int count = 6) {
    options.next_sweep = [](TimePoint after) { return std::optional(after + std::chrono::hours(24)); };
    start();
    source.page_rows = 2;
    people(count);
    finish();
    REQUIRE(history() == "full finished");
  }
  // Steps without letting time pass beyond what the steps ask for, until nothing is in hand.
  void work_off() {
    for (int steps = 0; steps < 200; ++steps) {
      const TimePoint next = step();
      if (state() != SourceStateName::running && state() != SourceStateName::backing_off) return;
      now = std::max(now, next);
    }
    FAIL("it has no end");
  }
  index::SourceState known() const { return open.state(); }
};

TEST_CASE("a sweep on demand removes what was deleted without a word, and leaves the checkpoint alone") {
  Scene scene;
  const std::string checkpoint = scene.known().checkpoint;
  scene.source.forget("3");
  scene.syncer->request(RunKind::sweep);
  scene.work_off();
  CHECK(scene.history() == "full finished, sweep finished");
  CHECK(scene.last_run().counts.swept == 1);
  CHECK(scene.open.answer(index::contact("3")) == "gone");
  CHECK(scene.known().checkpoint == checkpoint);
  CHECK(scene.known().sweep_cursor.empty());
  CHECK(scene.known().swept_at == scene.last_run().finished_at);
}

TEST_CASE("a sweep begins by itself when it is due, and is due again a day after it ended") {
  Scene scene;
  const TimePoint copied = scene.now;
  CHECK(scene.status().next_sweep == copied + std::chrono::hours(24));
  scene.source.forget("3");
  while (scene.now < copied + std::chrono::hours(24)) scene.run_again();
  scene.work_off();
  CHECK(scene.open.answer(index::contact("3")) == "gone");
  const auto swept = scene.known().swept_at;
  CHECK(swept >= copied + std::chrono::hours(24));
  CHECK(scene.status().next_sweep == swept + std::chrono::hours(24));
}

TEST_CASE("a delta that falls due goes before the next page of a sweep") {
  Scene scene;
  scene.syncer->request(RunKind::sweep);
  scene.step();
  CHECK(scene.status().progress->kind == "sweep");
  scene.source.put("9", "Person 9", {"+13108675309"});
  scene.now += kInterval;
  scene.step();
  CHECK(scene.history() == "full finished, sweep running, delta finished");
  CHECK(scene.open.answer(index::contact("9")) == "crm:contact:9");
  scene.work_off();
  CHECK(scene.history() == "full finished, sweep finished, delta finished");
  CHECK(scene.open.answer(index::contact("9")) == "crm:contact:9");
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("a sweep that a crash cut off goes on from its last page") {
  Scene scene;
  scene.source.forget("3");
  scene.syncer->request(RunKind::sweep);
  scene.step();
  scene.step();
  const std::string cursor = scene.known().sweep_cursor;
  REQUIRE_FALSE(cursor.empty());
  scene.restart();
  scene.step();  // the delta that a start begins with
  scene.step();
  REQUIRE_FALSE(scene.connector->cursors.empty());
  CHECK(scene.connector->cursors.back() == cursor);
  scene.work_off();
  CHECK(scene.open.answer(index::contact("3")) == "gone");
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("a full copy takes a sweep's place") {
  Scene scene;
  scene.syncer->request(RunKind::sweep);
  scene.step();
  scene.syncer->request(RunKind::full);
  scene.work_off();
  CHECK(scene.history() == "full finished, sweep replaced, full finished");
  CHECK(scene.known().sweep_cursor.empty());
  CHECK(scene.connector->cursors.size() == 3 + 1 + 3);
}

TEST_CASE("a sweep that is asked for while the first copy is made begins when that has ended, and is not lost") {
  SyncerScene scene;
  scene.source.page_rows = 2;
  scene.people(6);
  scene.step();
  // On a page that was read already, without a word.
  scene.source.forget("1");
  scene.syncer->request(RunKind::sweep);
  for (int steps = 0; steps < 50 && scene.history() != "full finished, sweep finished"; ++steps) scene.step();
  CHECK(scene.history() == "full finished, sweep finished");
  CHECK(scene.open.answer(index::contact("1")) == "gone");
}

TEST_CASE("a sweep that would remove too much waits for a confirmation, and deltas go on meanwhile") {
  Scene scene(10);
  for (const char* id : {"1", "2", "3"}) scene.source.forget(id);
  scene.syncer->request(RunKind::sweep);
  scene.work_off();
  CHECK(scene.state() == SourceStateName::needs_confirmation);
  CHECK(scene.known().awaiting_confirmation == 3);
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");
  scene.source.put("11", "Person 11");
  scene.run_again();
  CHECK(scene.open.answer(index::contact("11")) == "crm:contact:11");
  CHECK(scene.state() == SourceStateName::needs_confirmation);
  REQUIRE(scene.open.index->confirm_sweep("default", "crm", scene.now));
  scene.syncer->confirmed(scene.now);
  CHECK(scene.state() == SourceStateName::idle);
  CHECK(scene.open.answer(index::contact("1")) == "gone");
}

TEST_CASE("a failing sweep is asked for again, and a lost cursor begins it anew") {
  Scene scene;
  scene.syncer->request(RunKind::sweep);
  scene.step();
  scene.fail_once(failure(FetchErrorKind::unavailable, "503", std::nullopt, 503));
  scene.step();
  CHECK(scene.state() == SourceStateName::backing_off);
  scene.now = *scene.status().next_attempt;
  scene.fail_once(failure(FetchErrorKind::cursor_expired, "too old", std::nullopt, 422));
  scene.step();
  scene.work_off();
  CHECK(scene.history() == "full finished, sweep finished");
  CHECK(scene.last_run().failed == 2);
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("a paused source asks for nothing and goes on where it was") {
  Scene scene;
  scene.syncer->request(RunKind::full);
  scene.step();
  const auto asked = scene.connector->cursors.size();
  scene.syncer->set_mode(Mode::paused);
  scene.step();
  CHECK(scene.state() == SourceStateName::paused);
  scene.now += kInterval * 3;
  scene.syncer->request(RunKind::delta);
  scene.step();
  CHECK(scene.connector->cursors.size() == asked);
  CHECK(scene.last_run().outcome == "paused");
  scene.syncer->set_mode(Mode::on);
  scene.work_off();
  CHECK(scene.last_run().kind == "full");
  CHECK(scene.last_run().outcome == "finished");
  CHECK(scene.connector->cursors.size() == asked + 2);
  CHECK(differences(scene.open, scene.source) == "");
  scene.syncer->set_mode(Mode::disabled);
  scene.step();
  CHECK(scene.state() == SourceStateName::disabled);
}

TEST_CASE("runs are forgotten after a year") {
  Scene scene;
  scene.run_again();
  REQUIRE(scene.runs().size() == 2);
  scene.now += std::chrono::days(364);
  scene.run_again();
  CHECK(scene.runs().size() >= 3);
  scene.now += std::chrono::days(3);
  scene.run_again();
  for (const auto& run : scene.runs()) CHECK(*run.finished_at >= scene.now - std::chrono::days(366));
  CHECK(scene.runs().size() >= 2);
}

}  // namespace
}  // namespace ringdex::sync
