#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "index/index.h"
#include "index/ledger.h"
#include "sync/connector.h"
#include "sync/retry_delay.h"
#include "sync/source_status.h"

namespace ringdex::sync {

struct SyncerOptions {
  std::string account;
  std::string source;
  std::chrono::milliseconds interval;  // between the starts of two runs
  RetryDelayOptions retry;
  index::ApplyPolicy policy;
  std::function<double()> draw;  // uniform in [0, 1)
};

// One source's pages into the index.
//
//            due or requested                 page, more
//     idle ------------------> running <----------------------.
//      ^  ^                     |  |  \_________________________|
//      |  '---- last page ------'  |
//      |                           | rate limited, unavailable, malformed
//      |                           v
//      |                       backing_off -- wait over --> running
//      |
//      '-- interval over or requested -- needs_credential    (credential refused)
//                                        needs_confirmation  (a listing would remove too much)
//                                        limit_reached       (the source's record limit)
//
// A cursor that the source no longer knows starts a full copy. Each page goes in with its checkpoint, so a crash
// repeats a page and never skips one. step() is called by one thread; request() and status() by any.
class Syncer {
 public:
  Syncer(SyncerOptions options, Connector& connector, index::Index& index, index::Ledger& ledger);

  // Does at most one page and says when to call again; before that moment it does nothing unless requested.
  TimePoint step(TimePoint now);

  // A run as soon as possible: delta goes on from the checkpoint, full begins anew.
  void request(RunKind kind);
  SourceStatus status() const;
  // After an admin's confirmation of a sweep.
  void confirmed(TimePoint now);

 private:
  void start_run(RunKind kind, TimePoint now);
  TimePoint fetch_page(TimePoint now);
  TimePoint apply_page(SourcePage page, TimePoint now);
  TimePoint failed(const FetchError& error, TimePoint now);
  TimePoint store_failed(const std::string& message, TimePoint now);
  TimePoint finish_run(SourceStateName state, std::string outcome, std::string reason, TimePoint now);
  TimePoint back_off(std::string reason, std::optional<std::chrono::milliseconds> wait, TimePoint now);
  void set_state(SourceStateName state, std::string reason, std::optional<TimePoint> next, TimePoint now);
  void save_run(const std::vector<index::RunReject>& rejects);

  const SyncerOptions options_;
  Connector& connector_;
  index::Index& index_;
  index::Ledger& ledger_;

  // Of the stepping thread.
  std::optional<index::Run> run_;
  std::string cursor_;
  TimePoint run_started_{};
  TimePoint due_{};
  TimePoint failing_since_{};
  bool full_owed_ = false;  // the next run begins anew, since the full copy before it could not
  std::uint32_t attempt_ = 0;
  std::uint64_t requests_before_ = 0;

  mutable std::mutex mutex_;
  SourceStatus status_;               // under mutex_
  std::optional<RunKind> requested_;  // under mutex_
};

}  // namespace ringdex::sync
