#pragma once

#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "sync/mirror/syncer.h"
#include "tests/sync/sync_scene.h"

namespace ringdex::sync {

inline constexpr milliseconds kInterval = minutes(30);

// One Syncer with its source and its store.
struct SyncerScene : SyncScene {
  double draw = 0;
  SyncerOptions options{.account = "default",
                        .source = "crm",
                        .interval = kInterval,
                        .retry = {.first = seconds(1), .longest = minutes(5)},
                        .policy = {},
                        .draw = [this] { return draw; }};
  std::optional<FakeConnector> connector;
  std::optional<Syncer> syncer;

  SyncerScene() { start(); }
  void start() {
    connector.emplace(source);
    syncer.emplace(options, *connector, *open.index, *ledger);
  }
  // As after a crash: nothing but the folder is left.
  void restart() {
    syncer.reset();
    reopen();
    REQUIRE(ledger->close_interrupted(now));
    start();
  }
  TimePoint step() { return syncer->step(now); }
  milliseconds wait() { return step() - now; }
  SourceStatus status() const { return syncer->status(); }
  SourceStateName state() const { return status().state; }
  // Until the run in hand ends; the clock goes on as the steps ask for.
  void finish() {
    for (int steps = 0; steps < 1000; ++steps) {
      const TimePoint next = step();
      if (state() != SourceStateName::running && state() != SourceStateName::backing_off) return;
      now = std::max(now, next);
    }
    FAIL("the run has no end");
  }
  void run_again() {
    now += kInterval;
    finish();
  }
  void people(int count) {
    for (int i = 1; i <= count; ++i) {
      source.put(std::to_string(i), "Person " + std::to_string(i), {"+1310867530" + std::to_string(i % 10)});
    }
  }
  void fail_once(FetchError error) { connector->pages.emplace_back(std::unexpected(std::move(error))); }
  std::vector<index::Run> runs() const { return ledger->runs("default", "crm", 100).value(); }
  index::Run last_run() const { return runs().front(); }
  // "full finished, delta failed", oldest first.
  std::string history() const {
    std::string text;
    for (const index::Run& run : runs()) {
      std::string one = run.kind;
      one.append(" ").append(run.outcome);
      text = text.empty() ? one : one + ", " + text;
    }
    return text;
  }
};

}  // namespace ringdex::sync
