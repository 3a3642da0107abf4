#include "sync/mirror/syncer.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/sync/syncer_scene.h"

namespace ringdex::sync {
namespace {

using Scene = SyncerScene;
using State = SourceStateName;
using Strings = std::vector<std::string>;

TEST_CASE("the first run is a full copy, one page a step") {
  Scene scene;
  scene.people(5);
  CHECK(scene.state() == State::idle);
  CHECK(scene.wait() == milliseconds(0));
  CHECK(scene.state() == State::running);
  CHECK(scene.open.state().records == 2);
  CHECK(scene.open.state().checkpoint == "list 5 2");
  CHECK(scene.wait() == milliseconds(0));
  CHECK(scene.wait() == kInterval);
  CHECK(scene.state() == State::idle);
  CHECK(scene.status().next_attempt == scene.now + kInterval);
  CHECK(differences(scene.open, scene.source) == "");
  CHECK(scene.connector->cursors == Strings{"", "list 5 2", "list 5 4"});

  const index::Run run = scene.last_run();
  CHECK(scene.status().run == run.number);
  CHECK(run.kind == "full");
  CHECK(run.outcome == "finished");
  CHECK(run.message == "");
  CHECK(run.pages == 3);
  CHECK(run.requests == 3);
  CHECK(run.counts.added == 5);
  CHECK(run.started_at == scene.now);
  CHECK(run.finished_at == scene.now);
}

TEST_CASE("then deltas from the checkpoint, each interval") {
  Scene scene;
  scene.people(3);
  scene.finish();
  scene.connector->cursors.clear();

  scene.source.put("2", "Anna", {"+13108675309"});
  scene.source.remove("3");
  scene.source.put("4", "Bo");
  scene.now += kInterval - milliseconds(1);
  CHECK(scene.wait() == milliseconds(1));
  CHECK(scene.connector->cursors.empty());
  scene.now += milliseconds(1);
  scene.finish();
  CHECK(scene.connector->cursors == Strings{"from 3", "from 5"});
  CHECK(differences(scene.open, scene.source, {"3"}) == "");
  const index::Run run = scene.last_run();
  CHECK(run.kind == "delta");
  CHECK(run.pages == 2);
  CHECK(run.requests == 2);
  CHECK(run.counts.added == 1);
  CHECK(run.counts.updated == 1);
  CHECK(run.counts.deleted == 1);

  scene.run_again();
  CHECK(scene.connector->cursors.back() == "from 6");
  CHECK(scene.last_run().counts.updated == 0);
  CHECK(scene.history() == "full finished, delta finished, delta finished");
}

TEST_CASE("the interval is counted from the start of the last run") {
  Scene scene;
  scene.people(4);
  scene.step();
  scene.now += minutes(10);
  CHECK(scene.wait() == minutes(20));
  CHECK(scene.state() == State::idle);

  // A run longer than the interval is followed at once.
  scene.now += minutes(20);
  scene.people(4);
  scene.step();
  scene.now += minutes(45);
  CHECK(scene.wait() == milliseconds(0));
  CHECK(scene.state() == State::idle);
  scene.step();
  CHECK(scene.runs().size() == 3);
}

TEST_CASE("after a restart at any page boundary the copy goes on from the checkpoint") {
  for (int steps = 0; steps <= 3; ++steps) {
    CAPTURE(steps);
    Scene scene;
    scene.people(5);
    for (int i = 0; i < steps; ++i) scene.step();
    const std::string checkpoint = scene.open.state().checkpoint;
    scene.restart();
    CHECK(scene.state() == State::idle);
    scene.finish();
    CHECK(scene.connector->cursors.front() == checkpoint);
    CHECK(differences(scene.open, scene.source) == "");
    if (steps == 0) CHECK(scene.history() == "full finished");
    if (steps == 1 || steps == 2) CHECK(scene.history() == "full interrupted, full finished");
    if (steps == 3) CHECK(scene.history() == "full finished, delta finished");
  }
}

TEST_CASE("a restart within a delta goes on as a delta") {
  Scene scene;
  scene.people(3);
  scene.finish();
  scene.people(5);
  scene.now += kInterval;
  scene.step();
  scene.restart();
  scene.finish();
  CHECK(scene.connector->cursors.front() == "from 5");
  CHECK(scene.history() == "full finished, delta interrupted, delta finished");
  CHECK(differences(scene.open, scene.source) == "");
  const index::Run interrupted = scene.runs()[1];
  CHECK(interrupted.finished_at == scene.now);
  CHECK(interrupted.pages == 1);
  CHECK(interrupted.counts.unchanged + interrupted.counts.updated == 2);
}

TEST_CASE("an unavailable source is asked with growing, jittered delays") {
  Scene scene;
  scene.people(1);
  for (int i = 0; i < 12; ++i) scene.fail_once(failure(FetchErrorKind::unavailable, "it is down"));
  const TimePoint began = scene.now;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 11; ++i) {
    scene.draw = i % 2 == 0 ? 0.0 : 0.5;
    waits.push_back(scene.wait().count());
    CHECK(scene.state() == State::backing_off);
    CHECK(scene.status().reason == "it is down");
    CHECK(scene.status().next_attempt == scene.now + milliseconds(waits.back()));
    // Since the first failure, however often it was tried.
    CHECK(scene.status().since == began);
    // Not earlier, whoever calls.
    CHECK(scene.syncer->step(scene.now + milliseconds(waits.back() - 1)) == scene.now + milliseconds(waits.back()));
    scene.now += milliseconds(waits.back());
  }
  CHECK(scene.connector->cursors.size() == 11);
  CHECK(waits ==
        std::vector<std::int64_t>{500, 1'500, 2'000, 6'000, 8'000, 24'000, 32'000, 96'000, 128'000, 225'000, 150'000});
  CHECK(scene.last_run().outcome == "running");
  CHECK(scene.last_run().message == "it is down");
  scene.finish();
  CHECK(scene.state() == State::idle);
  CHECK(scene.status().reason == "");
  CHECK(scene.history() == "full finished");
  CHECK(scene.last_run().message == "");
  CHECK(scene.last_run().requests == 13);

  // A page that came resets the growth.
  scene.fail_once(failure(FetchErrorKind::unavailable, "down again"));
  scene.now += kInterval;
  scene.draw = 0;
  CHECK(scene.wait() == milliseconds(500));
}

TEST_CASE("what each failure leads to") {
  struct Row {
    const char* what;
    FetchError error;
    milliseconds wait;
    State state;
  };
  const Row rows[] = {
      {"unavailable", failure(FetchErrorKind::unavailable, "x"), milliseconds(500), State::backing_off},
      {"with Retry-After", failure(FetchErrorKind::unavailable, "x", seconds(40), 503), seconds(40),
       State::backing_off},
      {"Retry-After: 0", failure(FetchErrorKind::unavailable, "x", seconds(0), 503), milliseconds(500),
       State::backing_off},
      {"Retry-After in the past", failure(FetchErrorKind::unavailable, "x", seconds(-9), 503), milliseconds(500),
       State::backing_off},
      {"Retry-After too long", failure(FetchErrorKind::unavailable, "x", std::chrono::hours(5), 503), kInterval,
       State::backing_off},
      {"429", failure(FetchErrorKind::rate_limited, "x", seconds(7), 429), seconds(7), State::backing_off},
      {"429 with a long wait", failure(FetchErrorKind::rate_limited, "x", std::chrono::hours(1), 429), kInterval,
       State::backing_off},
      {"own budget", failure(FetchErrorKind::rate_limited, "x", seconds(7), 0), seconds(7), State::running},
      {"own budget without a time", failure(FetchErrorKind::rate_limited, "x"), seconds(1), State::running},
      {"malformed", failure(FetchErrorKind::malformed, "x", std::nullopt, 200), milliseconds(500), State::backing_off},
      {"not found", failure(FetchErrorKind::not_found, "x", std::nullopt, 404), milliseconds(500), State::backing_off},
      {"cursor expired", failure(FetchErrorKind::cursor_expired, "x", std::nullopt, 422), milliseconds(500),
       State::backing_off},
      {"unauthorized", failure(FetchErrorKind::unauthorized, "x", std::nullopt, 401), kInterval,
       State::needs_credential},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Scene scene;
    scene.people(3);
    scene.step();
    scene.fail_once(row.error);
    CHECK(scene.wait() == row.wait);
    CHECK(scene.state() == row.state);
    CHECK(scene.status().reason != "");
    CHECK(scene.status().next_attempt == scene.now + row.wait);
    CHECK(scene.open.state().records == 2);
    CHECK(scene.open.state().checkpoint == "list 3 2");
    // Whatever it was, it passes.
    scene.now += row.wait;
    scene.finish();
    CHECK(scene.state() == State::idle);
    CHECK(differences(scene.open, scene.source) == "");
    CHECK(scene.last_run().kind == "full");
    CHECK(scene.last_run().outcome == "finished");
  }
}

TEST_CASE("a refused credential ends the run and is tried at the interval or on request") {
  Scene scene;
  scene.people(3);
  scene.fail_once(failure(FetchErrorKind::unauthorized, "refused"));
  scene.fail_once(failure(FetchErrorKind::unauthorized, "refused"));
  CHECK(scene.wait() == kInterval);
  CHECK(scene.state() == State::needs_credential);
  CHECK(scene.status().reason == "refused");
  CHECK(scene.last_run().outcome == "failed");
  CHECK(scene.last_run().message == "refused");
  const TimePoint since = scene.status().since;

  scene.now += kInterval / 2;
  CHECK(scene.wait() == kInterval / 2);
  CHECK(scene.connector->cursors.size() == 1);
  scene.now += kInterval / 2;
  scene.step();
  CHECK(scene.state() == State::needs_credential);
  CHECK(scene.status().since > since);

  scene.syncer->request(RunKind::delta);
  scene.finish();
  CHECK(scene.state() == State::idle);
  CHECK(scene.history() == "full failed, full failed, full finished");
}

TEST_CASE("a full copy that a refused credential ended before its first page begins anew") {
  Scene scene;
  scene.people(3);
  scene.finish();
  scene.connector->cursors.clear();
  scene.syncer->request(RunKind::full);
  scene.fail_once(failure(FetchErrorKind::unauthorized, "refused"));
  scene.step();
  scene.run_again();
  CHECK(scene.connector->cursors == Strings{"", "", "list 3 2"});
  CHECK(scene.history() == "full finished, full failed, full finished");
  scene.run_again();
  CHECK(scene.connector->cursors.back() == "from 3");
  CHECK(scene.last_run().kind == "delta");
}

TEST_CASE("a cursor that the source forgot leads to a full copy") {
  Scene scene;
  scene.people(3);
  scene.finish();
  scene.source.remove("1");
  scene.connector->cursors.clear();
  scene.fail_once(failure(FetchErrorKind::cursor_expired, "too old"));
  scene.options.policy.sweep_guard_percent = 50;
  scene.syncer.emplace(scene.options, *scene.connector, *scene.open.index, *scene.ledger);
  scene.now += kInterval;
  scene.step();
  CHECK(scene.last_run().kind == "full");
  CHECK(scene.open.state().checkpoint == "from 3");

  SUBCASE("in the same run") {
    scene.now += seconds(1);
    scene.finish();
    CHECK(scene.connector->cursors == Strings{"from 3", ""});
    CHECK(scene.history() == "full finished, full finished");
    CHECK(scene.last_run().counts.swept == 1);
  }
  SUBCASE("after a restart the source says so again") {
    scene.restart();
    scene.fail_once(failure(FetchErrorKind::cursor_expired, "too old"));
    scene.finish();
    CHECK(scene.connector->cursors == Strings{"from 3", ""});
  }
  SUBCASE("although the credential is refused meanwhile") {
    scene.now += seconds(1);
    scene.fail_once(failure(FetchErrorKind::unauthorized, "refused"));
    scene.step();
    CHECK(scene.state() == State::needs_credential);
    scene.run_again();
    CHECK(scene.connector->cursors == Strings{"from 3", "", ""});
  }
  CHECK(differences(scene.open, scene.source, {"1"}) == "");
}

TEST_CASE("a wall clock that jumps neither stretches nor breaks a wait") {
  Scene scene;
  scene.people(4);
  scene.finish();
  const std::size_t asked = scene.connector->cursors.size();

  SUBCASE("back between two runs") {
    scene.now -= std::chrono::days(365);
    scene.finish();
    CHECK(scene.connector->cursors.size() == asked + 1);
    CHECK(scene.status().next_attempt == scene.now + kInterval);
  }
  SUBCASE("a little back: the wait is never longer than the interval") {
    scene.now -= minutes(10);
    scene.finish();
    CHECK(scene.status().next_attempt <= scene.now + kInterval);
  }
  SUBCASE("forward") {
    scene.now += std::chrono::days(365);
    scene.finish();
    CHECK(scene.connector->cursors.size() == asked + 1);
    CHECK(scene.status().next_attempt == scene.now + kInterval);
  }
  SUBCASE("back in the middle of a run") {
    scene.people(4);
    scene.now += kInterval;
    scene.step();
    CHECK(scene.state() == State::running);
    scene.now -= std::chrono::days(365);
    CHECK(scene.wait() <= kInterval);
    CHECK(scene.state() == State::idle);
  }
  SUBCASE("back while it backs off") {
    scene.fail_once(failure(FetchErrorKind::unavailable, "down"));
    scene.now += kInterval;
    scene.step();
    scene.now -= std::chrono::days(365);
    scene.finish();
    CHECK(scene.state() == State::idle);
  }
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("requests") {
  Scene scene;
  scene.people(4);
  scene.finish();
  scene.connector->cursors.clear();

  SUBCASE("a delta goes on from the checkpoint at once") {
    scene.now += seconds(5);
    scene.syncer->request(RunKind::delta);
    scene.finish();
    CHECK(scene.connector->cursors == Strings{"from 4"});
    CHECK(scene.status().next_attempt == scene.now + kInterval);
  }
  SUBCASE("a full copy begins anew") {
    scene.syncer->request(RunKind::full);
    scene.finish();
    CHECK(scene.connector->cursors == Strings{"", "list 4 2"});
    CHECK(scene.last_run().kind == "full");
    CHECK(scene.last_run().counts.unchanged == 4);
  }
  SUBCASE("full wins over delta, whatever the order") {
    scene.syncer->request(RunKind::full);
    scene.syncer->request(RunKind::delta);
    scene.finish();
    CHECK(scene.connector->cursors.front() == "");
    scene.syncer->request(RunKind::delta);
    scene.syncer->request(RunKind::full);
    scene.finish();
    CHECK(scene.connector->cursors == Strings{"", "list 4 2", "", "list 4 2"});
  }
  SUBCASE("full in the middle of a delta turns it into a full copy") {
    scene.people(4);
    scene.now += kInterval;
    scene.step();
    CHECK(scene.last_run().kind == "delta");
    scene.syncer->request(RunKind::full);
    scene.finish();
    CHECK(scene.connector->cursors == Strings{"from 4", "", "list 8 2"});
    CHECK(scene.history() == "full finished, full finished");
    CHECK(scene.last_run().pages == 3);
  }
  SUBCASE("a request ends a back-off") {
    scene.fail_once(failure(FetchErrorKind::unavailable, "down", minutes(10), 503));
    scene.now += kInterval;
    scene.step();
    scene.syncer->request(RunKind::delta);
    CHECK(scene.wait() == kInterval);
    CHECK(scene.connector->cursors == Strings{"from 4", "from 4"});
  }
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("the record limit stops the run, keeps the checkpoint and goes on once it is raised") {
  Scene scene;
  scene.people(5);
  scene.options.policy.records_max = 3;
  scene.start();
  scene.finish();
  CHECK(scene.state() == State::limit_reached);
  CHECK(scene.status().reason.find("limit of 3 records") != std::string::npos);
  CHECK(scene.open.state().records == 3);
  CHECK(scene.open.state().checkpoint == "list 5 2");
  CHECK(scene.last_run().outcome == "limit_reached");
  CHECK(scene.last_run().counts.over_limit == 1);
  CHECK(scene.last_run().message == scene.status().reason);
  CHECK(scene.open.ids("+13108675301") == "1");

  scene.run_again();
  CHECK(scene.state() == State::limit_reached);
  scene.options.policy.records_max = 5;
  scene.restart();
  scene.finish();
  CHECK(scene.state() == State::idle);
  CHECK(scene.connector->cursors == Strings{"list 5 2", "list 5 4"});
  CHECK(scene.history() == "full limit_reached, full limit_reached, full finished");
  CHECK(differences(scene.open, scene.source) == "");
}

TEST_CASE("a listing that would remove too much waits for a confirmation") {
  Scene scene;
  scene.people(6);
  scene.finish();
  for (const char* id : {"1", "2", "3"}) scene.source.remove(id);
  // The deletions are not seen as such, as after a cursor that expired.
  scene.syncer->request(RunKind::full);
  scene.finish();
  CHECK(scene.state() == State::needs_confirmation);
  CHECK(scene.status().reason.find("3 records") != std::string::npos);
  CHECK(scene.last_run().kind == "full");
  CHECK(scene.last_run().outcome == "needs_confirmation");
  CHECK(scene.last_run().counts.awaiting_confirmation == 3);
  CHECK(scene.last_run().counts.swept == 0);
  CHECK(scene.open.state().records == 6);

  SUBCASE("deltas go on and it keeps saying so, also after a restart") {
    scene.source.put("7", "Seven");
    scene.run_again();
    CHECK(scene.state() == State::needs_confirmation);
    CHECK(scene.last_run().outcome == "finished");
    CHECK(scene.last_run().kind == "delta");
    scene.restart();
    scene.finish();
    CHECK(scene.state() == State::needs_confirmation);
    CHECK(scene.open.state().records == 7);
    REQUIRE(scene.open.index->confirm_sweep("default", "crm", scene.now));
  }
  SUBCASE("confirmed") {
    const auto swept = scene.open.index->confirm_sweep("default", "crm", scene.now);
    REQUIRE(swept);
    CHECK(swept->swept == 3);
    scene.now += seconds(1);
    scene.syncer->confirmed(scene.now);
    CHECK(scene.state() == State::idle);
    CHECK(scene.status().since == scene.now);
    CHECK(scene.status().reason == "");
    scene.run_again();
    CHECK(scene.state() == State::idle);
  }
  SUBCASE("the next listing asks anew, or not at all if the records are back") {
    for (const char* id : {"1", "2", "3"}) scene.source.put(id, "back");
    scene.syncer->request(RunKind::full);
    scene.finish();
    CHECK(scene.state() == State::idle);
  }
  CHECK(differences(scene.open, scene.source, {"1", "2", "3"}) == "");
}

TEST_CASE("a confirmation when nothing waits changes nothing") {
  Scene scene;
  scene.people(1);
  scene.fail_once(failure(FetchErrorKind::unauthorized, "refused"));
  scene.step();
  scene.syncer->confirmed(scene.now);
  CHECK(scene.state() == State::needs_credential);
}

}  // namespace
}  // namespace ringdex::sync
