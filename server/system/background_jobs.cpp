#include "server/system/background_jobs.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "config/logging/log.h"

namespace ringdex::server {
namespace {

void run_job(const BackgroundJob& job, const std::stop_token& stopping) {
  try {
    if (const auto done = job.run(stopping); !done) log::error("{}: {}", job.failure, done.error());
  } catch (const std::exception& error) {
    log::error("{}: {}", job.failure, error.what());
  }
}

}  // namespace

void BackgroundJobs::start(std::vector<BackgroundJob> jobs) {
  jobs_ = std::move(jobs);
  for (const BackgroundJob& job : jobs_) {
    threads_.emplace_back([this, &job](const std::stop_token& stopping) { repeat(job, stopping); });
  }
}

void BackgroundJobs::begin_stop() {
  for (std::jthread& thread : threads_) thread.request_stop();
}

void BackgroundJobs::stop() {
  begin_stop();
  threads_.clear();
  for (const BackgroundJob& job : std::exchange(jobs_, {})) {
    if (job.runs_at_end) run_job(job, {});
  }
}

void BackgroundJobs::repeat(const BackgroundJob& job, const std::stop_token& stopping) const {
  if (job.first == BackgroundJob::First::at_once) run_job(job, stopping);
  while (job.interval.count() > 0 && !stopping.stop_requested()) {
    pause_(wait_before_next(job), stopping);
    if (!stopping.stop_requested()) run_job(job, stopping);
  }
}

std::chrono::milliseconds BackgroundJobs::wait_before_next(const BackgroundJob& job) const {
  if (job.first != BackgroundJob::First::at_whole_interval) return job.interval;
  return job.interval - clock_().time_since_epoch() % job.interval;
}

void BackgroundJobs::pause_until_stopped(std::chrono::milliseconds wait, const std::stop_token& stopping) {
  std::mutex mutex;
  std::condition_variable_any ended;
  std::unique_lock lock(mutex);
  ended.wait_for(lock, stopping, wait, [] { return false; });
}

}  // namespace ringdex::server
