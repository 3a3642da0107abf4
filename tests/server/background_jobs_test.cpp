#include "server/system/background_jobs.h"

#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;
using First = BackgroundJob::First;
using Result = std::expected<void, std::string>;

// A job whose pauses are over as soon as they begin, until so many were made: from then on it waits to be stopped.
class Scene {
 public:
  explicit Scene(std::size_t pauses) : pauses_(pauses) {}

  BackgroundJob job(std::chrono::milliseconds interval, First first) {
    return {.failure = "a job failed", .interval = interval, .first = first, .run = [this](const std::stop_token&) {
              return ran();
            }};
  }
  // Returns what was done once all pauses were made, or all jobs have ended.
  std::vector<std::string> done(BackgroundJob job) {
    jobs.start({std::move(job)});
    {
      std::unique_lock lock(mutex_);
      REQUIRE(changed_.wait_for(lock, 20s, [&] { return pauses_ == 0; }));
    }
    jobs.stop();
    const std::lock_guard lock(mutex_);
    return done_;
  }
  Result ran() {
    note("run");
    return {};
  }
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    done_.push_back(what);
  }

 private:
  void pause(std::chrono::milliseconds wait, const std::stop_token& stopping) {
    std::unique_lock lock(mutex_);
    if (pauses_ == 0) {
      changed_.wait(lock, stopping, [] { return false; });
      return;
    }
    done_.push_back("pause " + std::to_string(wait.count()));
    now_ += wait;
    --pauses_;
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::size_t pauses_;
  std::vector<std::string> done_;
  index::TimePoint now_{1'000'000'250ms};

 public:
  BackgroundJobs jobs{
      [this] {
        const std::lock_guard lock(mutex_);
        return now_;
      },
      [this](std::chrono::milliseconds wait, const std::stop_token& stopping) { pause(wait, stopping); }};
};

using Done = std::vector<std::string>;

TEST_CASE("a job runs at once and again after each interval, or after the first one") {
  // The pause that is not over when it is stopped leads to no run; the last one that is over may lead to one.
  const auto first_four = [](Done all) {
    REQUIRE(all.size() >= 4);
    all.resize(4);
    return all;
  };
  Scene at_once(3);
  CHECK(first_four(at_once.done(at_once.job(40ms, First::at_once))) == Done{"run", "pause 40", "run", "pause 40"});
  Scene later(3);
  CHECK(first_four(later.done(later.job(40ms, First::after_interval))) == Done{"pause 40", "run", "pause 40", "run"});
}

TEST_CASE("a job of whole intervals waits for the clock to show one") {
  Scene scene(3);
  const Done done = scene.done(scene.job(1s, First::at_whole_interval));
  REQUIRE(done.size() >= 4);
  CHECK(Done(done.begin(), done.begin() + 4) == Done{"pause 750", "run", "pause 1000", "run"});
}

TEST_CASE("a job that fails or throws is run again") {
  for (const bool throws : {false, true}) {
    Scene scene(2);
    BackgroundJob job = scene.job(40ms, First::at_once);
    job.run = [&](const std::stop_token&) -> Result {
      scene.note("run");
      if (throws) throw std::runtime_error("the disk is full");
      return std::unexpected("the disk is full");
    };
    const Done done = scene.done(std::move(job));
    REQUIRE(done.size() >= 4);
    CHECK(Done(done.begin(), done.begin() + 4) == Done{"run", "pause 40", "run", "pause 40"});
  }
}

TEST_CASE("a job without an interval runs once, also if it is stopped before") {
  Scene scene(0);
  CHECK(scene.done(scene.job(0ms, First::at_once)) == Done{"run"});
}

TEST_CASE("what is to run at the end does so once, after all threads have ended") {
  BackgroundJobs jobs([] { return index::TimePoint(0ms); });
  std::mutex mutex;
  Done done;
  const auto note = [&](const char* what) -> Result {
    const std::lock_guard lock(mutex);
    done.emplace_back(what);
    return {};
  };
  // With real pauses, which a stop ends at once.
  jobs.start({{.failure = "",
               .interval = 1h,
               .first = First::after_interval,
               .run = [&](const std::stop_token&) { return note("the last"); },
               .runs_at_end = true},
              {.failure = "", .interval = 1h, .run = [&](const std::stop_token&) { return note("the first"); }},
              {.failure = "", .interval = 1h, .first = First::after_interval, .run = [&](const std::stop_token&) {
                 return note("never");
               }}});
  jobs.begin_stop();
  jobs.stop();
  jobs.stop();
  CHECK(done == Done{"the first", "the last"});
}

TEST_CASE("a run that takes long sees that it is to stop") {
  BackgroundJobs jobs([] { return index::TimePoint(0ms); });
  bool has_ended = false;
  jobs.start({{.failure = "", .interval = 0ms, .run = [&](const std::stop_token& stopping) -> Result {
                 std::mutex mutex;
                 std::condition_variable_any never;
                 std::unique_lock lock(mutex);
                 never.wait(lock, stopping, [] { return false; });
                 has_ended = true;
                 return {};
               }}});
  jobs.stop();
  CHECK(has_ended);
}

}  // namespace
}  // namespace ringdex::server
