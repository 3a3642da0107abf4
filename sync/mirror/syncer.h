#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "index/history/ledger.h"
#include "index/index.h"
#include "sync/connector.h"
#include "sync/mirror/retry_delay.h"
#include "sync/mirror/run_record.h"
#include "sync/mirror/source_status.h"

namespace ringdex::sync {

struct SyncerOptions {
  std::string account;
  std::string source;
  std::chrono::milliseconds interval;  // between the starts of two deltas
  RetryDelayOptions retry;
  index::ApplyPolicy policy;
  std::function<double()> draw;  // uniform in [0, 1)
  // When the next sweep is due after a complete listing that ended then; unset or nullopt: only on demand.
  std::function<std::optional<TimePoint>(TimePoint)> next_sweep = nullptr;
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
//      |-- interval over or requested -- needs_credential    (credential refused)
//      |                                 needs_confirmation  (a listing would remove too much)
//      |                                 limit_reached       (the source's record limit)
//      '-- switched on ----------------- paused, disabled
//
// Two runs may be in hand: the main one, which follows the checkpoint (a delta, or a full copy that goes on as one),
// and a sweep, a complete listing with a cursor of its own. A sweep gets its turn whenever the main run has nothing to
// do, so that deltas keep their interval. A cursor that the source no longer knows starts its run anew. Each page goes
// in with its cursor, so a crash repeats a page and never skips one. step() is called by one thread; all else by any.
class Syncer {
 public:
  Syncer(SyncerOptions options, Connector& connector, index::Index& index, index::Ledger& ledger);

  // Does at most one page and says when to call again; before that moment it does nothing unless requested.
  TimePoint step(TimePoint now);

  // A run as soon as possible: delta goes on from the checkpoint, full begins anew, sweep lists beside the deltas.
  void request(RunKind kind);
  // What an admin switched; whoever calls keeps it in the index.
  void set_mode(index::SourceState::Mode mode);
  SourceStatus status() const;
  // After an admin's confirmation of a sweep.
  void confirmed(TimePoint now);

 private:
  struct Requests {
    bool delta = false;
    bool full = false;
    bool sweep = false;
  };
  struct RunInHand {
    RunRecord record;
    std::string cursor;
  };

  void heed_clock(TimePoint now);
  TimePoint rest(index::SourceState::Mode mode, TimePoint now);
  bool know_sweep(TimePoint now);
  bool start_main(RunKind kind, TimePoint now);
  bool last_was_cut_short() const;
  bool start_sweep(TimePoint now);
  TimePoint start_over(bool sweeping, TimePoint now);
  void drop_sweep(const std::string& reason, TimePoint now);
  TimePoint fetch_page(bool sweeping, TimePoint now);
  TimePoint apply_page(bool sweeping, SourcePage page, TimePoint now);
  TimePoint after_page(bool sweeping, const SourcePage& page, TimePoint now);
  TimePoint failed(bool sweeping, const FetchError& error, TimePoint now);
  TimePoint store_failed(const std::string& message, TimePoint now);
  TimePoint finish_run(bool sweeping, SourceStateName state, std::string outcome, std::string reason, TimePoint now);
  TimePoint back_off(bool sweeping, std::string reason, std::optional<std::chrono::milliseconds> wait, TimePoint now);
  void put_off(bool sweeping, TimePoint until);
  std::optional<TimePoint> sweep_after(TimePoint time) const;
  TimePoint next_step() const;
  void set_state(SourceStateName state, std::string reason, std::optional<TimePoint> next, TimePoint now);

  const SyncerOptions options_;
  Connector& connector_;
  index::Index& index_;
  index::Ledger& ledger_;

  // Of the stepping thread.
  std::optional<RunInHand> main_;
  std::optional<RunInHand> sweep_;
  TimePoint main_started_{};
  TimePoint due_{};                     // the main run's next page or start
  std::optional<TimePoint> sweep_due_;  // the sweep's; nullopt if none is wanted
  bool sweep_asked_ = false;            // by somebody, not by the clock
  bool sweep_known_ = false;            // what the index remembers of sweeps is read
  TimePoint failing_since_{};
  bool full_owed_ = false;  // the next run begins anew, since the full copy before it could not
  std::uint32_t attempt_ = 0;

  mutable std::mutex mutex_;
  SourceStatus status_;                                           // under mutex_
  Requests requested_;                                            // under mutex_
  index::SourceState::Mode mode_ = index::SourceState::Mode::on;  // under mutex_
};

}  // namespace ringdex::sync
