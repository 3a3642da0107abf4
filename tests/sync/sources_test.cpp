// Real threads and the real clock; waits end as soon as what they wait for is there.
#include "sync/mirror/sources.h"

#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "tests/sync/sync_scene.h"

namespace ringdex::sync {
namespace {

constexpr seconds kPatience{20};

// Holds whoever enters while it is closed.
class Gate {
 public:
  void close() {
    const std::lock_guard lock(mutex_);
    open_ = false;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  // Lets go those who wait at this moment and nobody after them, as a cancelled request does.
  void cancel() {
    const std::lock_guard lock(mutex_);
    ++cancelled_;
    changed_.notify_all();
  }
  std::optional<FetchError> enter() {
    std::unique_lock lock(mutex_);
    ++entered_;
    changed_.notify_all();
    const int before = cancelled_;
    changed_.wait(lock, [&] { return open_ || cancelled_ != before; });
    if (open_) return std::nullopt;
    return failure(FetchErrorKind::unavailable, "cancelled");
  }
  bool wait_for_entries(int count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return entered_ >= count; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = true;
  int entered_ = 0;
  int cancelled_ = 0;
};

struct OneSource {
  explicit OneSource(const std::string& id) : source(id) {}
  FakeSource source;
  Gate listing;
  Gate by_id;
  std::atomic<int> cancels = 0;
};

struct Scene {
  index::OpenIndex open;
  index::Ledger ledger{*open.store};
  index::Inbox inbox{*open.store};
  OneSource first{"crm"};
  OneSource second{"other"};
  std::optional<Sources> sources{std::in_place, *open.index, inbox, ledger};

  void add(OneSource& one, const std::string& account = "default") {
    const std::string id = one.source.contact("").source;
    const RetryDelayOptions retry{.first = milliseconds(1), .longest = milliseconds(5)};
    const auto draw = [] { return 0.5; };
    auto listing = std::make_unique<FakeConnector>(one.source);
    listing->before_page = [&one] { return one.listing.enter(); };
    auto by_id = std::make_unique<FakeConnector>(one.source);
    by_id->before_fetch = [&one] { return one.by_id.enter(); };
    sources->add({.syncer = {.account = account,
                             .source = id,
                             .interval = std::chrono::hours(1),
                             .retry = retry,
                             .policy = {},
                             .draw = draw},
                  .refresher = {.account = account, .source = id, .retry = retry, .policy = {}, .draw = draw},
                  .webhooks = {.account = account, .source = id, .policy = {}},
                  .type = "fake",
                  .label = "Label of " + id,
                  .shared = nullptr,
                  .listing = std::move(listing),
                  .by_id = std::move(by_id),
                  .interactive = std::make_unique<FakeConnector>(one.source),
                  .cancel = [&one] {
                    ++one.cancels;
                    one.listing.cancel();
                    one.by_id.cancel();
                  }});
  }
  ResyncAnswer resync(const index::RecordId& id) {
    auto pending = sources->resync("default", id);
    REQUIRE(pending.has_value());
    REQUIRE(pending->wait_for(kPatience) == std::future_status::ready);
    return pending->get();
  }
  bool becomes(const std::string& source, SourceStateName state) {
    const auto until = std::chrono::steady_clock::now() + kPatience;
    while (std::chrono::steady_clock::now() < until) {
      for (const auto& one : sources->overview("default")) {
        if (one.source == source && one.status.state == state) return true;
      }
      std::this_thread::yield();
    }
    return false;
  }
};

TEST_CASE("sources run by themselves from the start and are all shown") {
  Scene scene;
  scene.first.source.put("1", "Anna");
  scene.second.source.put("2", "Bo");
  scene.add(scene.first);
  scene.add(scene.second, "tenant");
  CHECK(scene.sources->overview("default").size() == 1);
  scene.sources->start();
  // What a page brought stands before the state says that it is done.
  REQUIRE(scene.first.listing.wait_for_entries(1));
  REQUIRE(scene.second.listing.wait_for_entries(1));
  scene.resync(index::contact("1"));
  CHECK(scene.open.answer(index::contact("1")) == "crm:contact:1");

  const auto mine = scene.sources->overview("tenant");
  REQUIRE(mine.size() == 1);
  CHECK(mine[0].source == "other");
  CHECK(mine[0].account == "tenant");
  CHECK(mine[0].type == "fake");
  CHECK(mine[0].label == "Label of other");
  CHECK(mine[0].interval == std::chrono::hours(1));
  CHECK(scene.sources->overview("").empty());
  CHECK(scene.sources->overview("nobody").empty());
  scene.sources->stop();
}

TEST_CASE("a source that hangs holds up neither another one, nor its own single records, nor the end") {
  Scene scene;
  scene.first.listing.close();
  scene.first.source.put("1", "Anna");
  scene.second.source.put("2", "Bo");
  scene.add(scene.first);
  scene.add(scene.second);
  scene.sources->start();
  REQUIRE(scene.first.listing.wait_for_entries(1));
  REQUIRE(scene.second.listing.wait_for_entries(1));
  CHECK(scene.becomes("other", SourceStateName::idle));
  CHECK(scene.open.answer(index::contact("2", "other")) == "other:contact:2");
  CHECK(scene.resync(index::contact("1")).outcome == ResyncAnswer::Outcome::updated);
  const auto accepted = scene.sources->accept_webhook("default", "crm", tests::signed_request("deleted 1 9999999"));
  REQUIRE(accepted);
  CHECK(scene.open.answer(index::contact("1")) == "gone");
  CHECK(scene.becomes("crm", SourceStateName::running));
  scene.sources->stop();
  CHECK(scene.first.cancels > 0);
  const auto runs = scene.ledger.runs("default", "crm", 2).value();
  REQUIRE(runs.size() == 2);
  CHECK(runs[0].kind == "single");
  CHECK(runs[0].counts.added == 1);
  CHECK(runs[1].outcome == "running");
}

TEST_CASE("a request that begins while the end is being asked for is cancelled too") {
  for (int round = 0; round < 20; ++round) {
    Scene scene;
    scene.first.listing.close();
    scene.first.by_id.close();
    scene.add(scene.first);
    scene.sources->start();
    // Whether the threads are before their requests or in them is left to chance.
    const auto pending = scene.sources->resync("default", index::contact("1"));
    scene.sources->stop();
    scene.sources.reset();
    CHECK(pending->wait_for(seconds(0)) == std::future_status::ready);
  }
}

TEST_CASE("a webhook is applied without waiting for the interval") {
  Scene scene;
  scene.add(scene.first);
  scene.sources->start();
  scene.first.source.put("7", "Anna");
  const auto accepted = scene.sources->accept_webhook("default", "crm", tests::signed_request("refetch 7"));
  REQUIRE(accepted);
  CHECK(accepted->events == 1);
  REQUIRE(scene.first.by_id.wait_for_entries(1));
  // The next one's turn comes after the event was applied.
  CHECK(scene.resync(index::contact("7")).outcome != ResyncAnswer::Outcome::unreachable);
  CHECK(scene.open.answer(index::contact("7")) == "crm:contact:7");
}

TEST_CASE("a requested run starts at once") {
  Scene scene;
  scene.first.source.put("1", "Anna");
  scene.add(scene.first);
  scene.sources->start();
  REQUIRE(scene.first.listing.wait_for_entries(1));
  REQUIRE(scene.sources->request_run("default", "crm", RunKind::delta));
  REQUIRE(scene.first.listing.wait_for_entries(2));
  REQUIRE(scene.sources->request_run("default", "crm", RunKind::full));
  REQUIRE(scene.first.listing.wait_for_entries(3));
}

TEST_CASE("a connector that throws ends neither its thread nor the process") {
  Scene scene;
  scene.add(scene.first);
  scene.add(scene.second);
  auto broken = std::make_unique<FakeConnector>(scene.first.source);
  std::promise<void> thrown;
  broken->before_page = [&thrown]() -> std::optional<FetchError> {
    thrown.set_value();
    throw std::runtime_error("broken");
  };
  OneSource third("third");
  scene.sources->add({.syncer = {.account = "default",
                                 .source = "third",
                                 .interval = std::chrono::hours(1),
                                 .retry = {},
                                 .policy = {},
                                 .draw = [] { return 0.0; }},
                      .refresher = {.account = "default", .source = "third"},
                      .webhooks = {.account = "default", .source = "third"},
                      .listing = std::move(broken),
                      .by_id = std::make_unique<FakeConnector>(third.source),
                      .interactive = std::make_unique<FakeConnector>(third.source)});
  scene.sources->start();
  REQUIRE(thrown.get_future().wait_for(kPatience) == std::future_status::ready);
  CHECK(scene.becomes("crm", SourceStateName::idle));
  scene.sources->stop();
}

TEST_CASE("a sweep that is confirmed") {
  Scene scene;
  for (const char* id : {"1", "2", "3"}) scene.first.source.put(id, "Person");
  scene.add(scene.first);
  scene.sources->start();
  REQUIRE(scene.first.listing.wait_for_entries(2));
  REQUIRE(scene.becomes("crm", SourceStateName::idle));
  scene.first.source.remove("1");
  REQUIRE(scene.sources->request_run("default", "crm", RunKind::full));
  REQUIRE(scene.becomes("crm", SourceStateName::needs_confirmation));
  const auto swept = scene.sources->confirm_sweep("default", "crm");
  REQUIRE(swept);
  CHECK(swept->swept == 1);
  CHECK(scene.becomes("crm", SourceStateName::idle));
  CHECK(scene.open.answer(index::contact("1")) == "gone");
}

TEST_CASE("unknown sources") {
  Scene scene;
  scene.add(scene.first);
  CHECK(scene.sources->has("default", "crm"));
  CHECK(!scene.sources->has("default", "nobody"));
  CHECK(!scene.sources->has("tenant", "crm"));
  CHECK(!scene.sources->request_run("tenant", "crm", RunKind::delta));
  CHECK(!scene.sources->resync("tenant", index::contact("1")));
  CHECK(scene.sources->accept_webhook("tenant", "crm", tests::signed_request("refetch 1")).error() ==
        WebhookFailure::refused);
  CHECK(scene.sources->confirm_sweep("tenant", "crm") == index::ApplyResult{});
  scene.sources->stop();
}

TEST_CASE("runs that a dead process left open are closed at the start") {
  Scene scene;
  index::Run run;
  run.account = "default";
  run.source = "crm";
  run.kind = "delta";
  run.outcome = "running";
  REQUIRE(scene.ledger.begin(run));
  scene.add(scene.first);
  scene.sources->start();
  scene.sources->stop();
  CHECK(scene.ledger.runs("default", "crm", 100).value().back().outcome == "interrupted");
}

TEST_CASE("many threads ask at once") {
  Scene scene;
  for (int i = 0; i < 20; ++i) scene.first.source.put(std::to_string(i), "Person");
  scene.add(scene.first);
  scene.add(scene.second);
  scene.sources->start();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&scene, t] {
        for (int i = 0; i < 20; ++i) {
          const auto pending = scene.sources->resync("default", index::contact(std::to_string(i)));
          if (i % 5 == t) scene.sources->request_run("default", "crm", RunKind::full);
          (void)scene.sources->accept_webhook("default", "crm", tests::signed_request("refetch " + std::to_string(i)));
          (void)scene.sources->overview("default");
          if (pending) pending->wait_for(kPatience);
        }
      });
    }
  }
  CHECK(scene.resync(index::contact("19")).outcome == ResyncAnswer::Outcome::unchanged);
  scene.sources->stop();
  CHECK(differences(scene.open, scene.first.source) == "");
}

}  // namespace
}  // namespace ringdex::sync
