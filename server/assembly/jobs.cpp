#include "server/assembly/jobs.h"

#include <chrono>
#include <expected>
#include <string>
#include <thread>

#include "config/logging/log.h"
#include "index/store/background.h"
#include "server/calls/call_retention.h"
#include "telephony/formats/display_name.h"

namespace ringdex::server {
namespace {

using First = BackgroundJob::First;

constexpr std::chrono::seconds kKeysInterval{1};
constexpr std::chrono::hours kForgetInterval{1};
constexpr std::chrono::minutes kStoreInterval{1};
constexpr std::chrono::days kWebhooksKept{30};
constexpr std::chrono::days kUsageKept{366};
// The index's writer waits for a step, and comes in between two.
constexpr std::size_t kTableStep = 1'000;
constexpr std::chrono::microseconds kTablePause{200};

// For the log: what is in the way of a job, if anything is.
template <typename Value>
std::expected<void, std::string> outcome_of(const std::expected<Value, index::IndexError>& done) {
  if (!done) return std::unexpected(done.error().message);
  return {};
}

// Lookups are answered meanwhile, out of RocksDB.
std::expected<void, std::string> load_table(index::Index& index, const telephony::NumberParser& parser,
                                            const std::stop_token& stopping) {
  index::lower_thread_priority();
  // Else the first ring of each country would wait for it.
  parser.compile_all_plans();
  if (!stopping.stop_requested()) telephony::prepare_display_names();
  const Metrics::Timer timer;
  while (!stopping.stop_requested()) {
    const auto done = index.load_table(kTableStep);
    if (!done) return std::unexpected(done.error().message);
    if (*done) break;
    std::this_thread::sleep_for(kTablePause);
  }
  log::info("the number table takes {} MiB, loaded in {:.1f} s", index.table_bytes() >> 20,
            std::chrono::duration<double>(timer.elapsed()).count());
  return {};
}

}  // namespace

std::vector<BackgroundJob> background_jobs(Storage& storage, Lookups& lookups, ApiKeys& keys,
                                           const telephony::NumberParser& parser, const Clock& clock) {
  std::vector<BackgroundJob> jobs = usage_jobs(storage.usage, clock);
  jobs.push_back({.failure = "lookups are answered from disk",
                  .interval = std::chrono::milliseconds(0),
                  .run = [&](const std::stop_token& stopping) { return load_table(storage.index, parser, stopping); }});
  jobs.push_back({.failure = "old calls are kept",
                  .interval = kForgetInterval,
                  .run = [&storage, &lookups, clock](const std::stop_token& stopping) {
                    return outcome_of(
                        forget_old_calls(*storage.journal, lookups.picks, lookups.service, clock(), stopping));
                  }});
  jobs.push_back({.failure = "old webhook events are kept",
                  .interval = kForgetInterval,
                  .run = [&inbox = storage.inbox, clock](const std::stop_token&) {
                    return outcome_of(inbox.forget_settled_before(clock() - kWebhooksKept));
                  }});
  // A key made or removed by the command line counts within a second, also without SIGHUP.
  jobs.push_back({.failure = "keys are kept as they were",
                  .interval = kKeysInterval,
                  .first = First::after_interval,
                  .run = [&keys](const std::stop_token&) { return keys.load(); }});
  return jobs;
}

std::vector<BackgroundJob> usage_jobs(LookupUsage& usage, const Clock& clock) {
  return {// At whole minutes, so that a period ends with its last lookup; and when no lookup comes any more.
          {.failure = "the last minute's lookups are not in the store yet",
           .interval = kStoreInterval,
           .first = First::at_whole_interval,
           .run = [&usage, clock](const std::stop_token&) { return outcome_of(usage.store(clock())); },
           .runs_at_end = true},
          {.failure = "old counts of lookups are kept",
           .interval = kForgetInterval,
           .run = [&usage, clock](const std::stop_token&) {
             return outcome_of(usage.forget_before(clock() - kUsageKept));
           }}};
}

}  // namespace ringdex::server
