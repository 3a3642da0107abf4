#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "server/system/clock.h"

namespace ringdex::server {

// What the server does beside its answers, from its start to its end.
struct BackgroundJob {
  // At a whole interval: when the clock shows a multiple of it, such as a full minute.
  enum class First { at_once, after_interval, at_whole_interval };

  std::string failure;                 // what it means that a run failed, for the log: "old calls are kept"
  std::chrono::milliseconds interval;  // from the end of a run to the next one, or to a whole one; zero: it runs once
  First first = First::at_once;
  // The error is for people.
  std::function<std::expected<void, std::string>(const std::stop_token& stopping)> run;
  bool runs_at_end = false;  // once more when it was stopped, for what came since the last time
};

// Runs each job on a thread of its own, so that none waits for another. A run that fails or throws is logged, and the
// job is run again when its time comes. Started and stopped by one thread.
class BackgroundJobs {
 public:
  // Returns after that time, or when it is to stop.
  using Pause = std::function<void(std::chrono::milliseconds wait, const std::stop_token& stopping)>;

  explicit BackgroundJobs(Clock clock, Pause pause = pause_until_stopped)
      : clock_(std::move(clock)), pause_(std::move(pause)) {}
  ~BackgroundJobs() { stop(); }

  // A job that begins at once runs at least once, whenever it is stopped.
  void start(std::vector<BackgroundJob> jobs);
  // No run begins any more, but those at the end; one that goes on sees it by its token.
  void begin_stop();
  // Returns when all have ended. More than once does no harm.
  void stop();

 private:
  static void pause_until_stopped(std::chrono::milliseconds wait, const std::stop_token& stopping);
  void repeat(const BackgroundJob& job, const std::stop_token& stopping) const;
  std::chrono::milliseconds wait_before_next(const BackgroundJob& job) const;

  const Clock clock_;
  const Pause pause_;
  std::vector<BackgroundJob> jobs_;  // does not change while there are threads
  std::vector<std::jthread> threads_;
};

}  // namespace ringdex::server
