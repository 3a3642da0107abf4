#include "sync/mirror/syncer.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "config/logging/log.h"

namespace ringdex::sync {
namespace {

using Mode = index::SourceState::Mode;
using Listing = index::SourceState::Listing;

constexpr std::chrono::milliseconds kPauseAfterStoreFailure{5'000};
// A listing that has shown all but what changed a moment ago is asked for that after this pause.
constexpr std::chrono::milliseconds kListingPause = std::chrono::seconds(130);
constexpr std::size_t kRunsLookedAt = 100;
// The ledger's promise to the admin.
constexpr std::chrono::milliseconds kLedgerKept = std::chrono::days(366);

// A wait that the source's own budget asks for is part of running, not of failing.
bool is_pacing(const FetchError& error) {
  return error.kind == FetchErrorKind::rate_limited && error.http_status == 0;
}

bool was_cut_short(std::string_view outcome) {
  return outcome == "interrupted" || outcome == "failed" || outcome == "limit_reached" || outcome == "paused";
}

// A full copy is under way on the checkpoint itself.
bool is_copying(const index::SourceState& state) {
  return (state.listing == Listing::initial || state.listing == Listing::running) && state.sweep_cursor.empty();
}

}  // namespace

Syncer::Syncer(SyncerOptions options, Connector& connector, index::Index& index, index::Ledger& ledger)
    : options_(std::move(options)), connector_(connector), index_(index), ledger_(ledger) {}

void Syncer::request(RunKind kind) {
  const std::lock_guard lock(mutex_);
  if (kind == RunKind::delta) requested_.delta = true;
  if (kind == RunKind::full) requested_.full = true;
  if (kind == RunKind::sweep) requested_.sweep = true;
}

void Syncer::set_mode(Mode mode) {
  const std::lock_guard lock(mutex_);
  mode_ = mode;
}

SourceStatus Syncer::status() const {
  const std::lock_guard lock(mutex_);
  return status_;
}

void Syncer::confirmed(TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (status_.state != SourceStateName::needs_confirmation) return;
  status_.state = SourceStateName::idle;
  status_.since = now;
  status_.reason.clear();
}

TimePoint Syncer::step(TimePoint now) {
  Requests requested;
  Mode mode{};
  {
    const std::lock_guard lock(mutex_);
    requested = std::exchange(requested_, {});
    mode = mode_;
  }
  heed_clock(now);
  if (mode != Mode::on) return rest(mode, now);
  if (!know_sweep(now)) return due_;
  if (requested.sweep) {
    sweep_due_ = now;
    sweep_asked_ = true;
  }

  if (requested.full && main_) {
    main_->cursor.clear();
    main_->record.became(RunKind::full);
    return fetch_page(false, now);
  }
  const bool asked = requested.full || requested.delta;
  if (now >= due_ || asked) {
    if (!main_ && !start_main(requested.full ? RunKind::full : RunKind::delta, now)) return due_;
    return fetch_page(false, now);
  }
  if (!main_ && sweep_due_ && now >= *sweep_due_) {
    if (!sweep_ && !start_sweep(now)) return next_step();
    return fetch_page(true, now);
  }
  return next_step();
}

// A wall clock that was set back must not stretch a wait.
void Syncer::heed_clock(TimePoint now) {
  if (due_ - now > options_.interval) due_ = now;
  if (sweep_ && sweep_due_ && *sweep_due_ - now > std::max(options_.interval, kListingPause)) sweep_due_ = now;
}

TimePoint Syncer::rest(Mode mode, TimePoint now) {
  const auto state = mode == Mode::paused ? SourceStateName::paused : SourceStateName::disabled;
  if (sweep_) finish_run(true, state, "paused", "", now);
  if (main_) finish_run(false, state, "paused", "", now);
  // Switched on again, it goes on at once.
  due_ = now;
  sweep_known_ = false;
  set_state(state, "", std::nullopt, now);
  return now + options_.interval;
}

// false if the index could not be read.
bool Syncer::know_sweep(TimePoint now) {
  if (sweep_known_) return true;
  const auto state = index_.read().source_state(options_.account, options_.source);
  if (!state) {
    store_failed(state.error().message, now);
    return false;
  }
  sweep_due_.reset();
  if (!state->sweep_cursor.empty()) {
    sweep_due_ = now;
  } else if (!state->checkpoint.empty()) {
    // An index of a version that did not note its listings has none yet.
    sweep_due_ = sweep_after(state->swept_at == TimePoint{} ? now : state->swept_at);
  }
  sweep_known_ = true;
  return true;
}

bool Syncer::start_main(RunKind kind, TimePoint now) {
  const auto state = index_.read().source_state(options_.account, options_.source);
  if (!state) {
    full_owed_ = full_owed_ || kind == RunKind::full;
    store_failed(state.error().message, now);
    return false;
  }
  std::string cursor = kind == RunKind::full || full_owed_ ? "" : state->checkpoint;
  full_owed_ = false;
  // A full copy that was cut short goes on as what it was.
  const bool goes_on = is_copying(*state) && last_was_cut_short();
  const auto shown = cursor.empty() || goes_on ? RunKind::full : RunKind::delta;
  main_.emplace(RunRecord(ledger_, options_.account, options_.source, shown, now), std::move(cursor));
  main_->record.records_before = state->records;
  main_started_ = now;
  return true;
}

bool Syncer::last_was_cut_short() const {
  const auto runs = ledger_.runs(options_.account, options_.source, kRunsLookedAt);
  if (!runs) return false;
  for (const index::Run& run : *runs) {
    if (run.kind == to_string(RunKind::full)) return was_cut_short(run.outcome);
    if (run.kind == to_string(RunKind::delta)) return false;
  }
  return false;
}

bool Syncer::start_sweep(TimePoint now) {
  const auto state = index_.read().source_state(options_.account, options_.source);
  if (!state) {
    store_failed(state.error().message, now);
    return false;
  }
  // A full copy in hand is a complete listing; before the first one there is nothing to sweep. What was asked for
  // begins once that has ended.
  if (is_copying(*state) || state->checkpoint.empty()) {
    sweep_due_.reset();
    return false;
  }
  // What waits for a confirmation is not taken back but on demand.
  if (state->listing == Listing::awaiting && !sweep_asked_) {
    sweep_due_ = sweep_after(now);
    return false;
  }
  sweep_asked_ = false;
  sweep_.emplace(RunRecord(ledger_, options_.account, options_.source, RunKind::sweep, now), state->sweep_cursor);
  sweep_->record.records_before = state->records;
  return true;
}

// Whatever was switched or purged while the page was under way is read anew.
TimePoint Syncer::start_over(bool sweeping, TimePoint now) {
  auto& run = sweeping ? sweep_ : main_;
  run->record.finish("replaced", "the source was switched off or purged meanwhile", now);
  run.reset();
  sweep_known_ = false;
  due_ = now;
  return now;
}

void Syncer::drop_sweep(const std::string& reason, TimePoint now) {
  if (sweep_) sweep_->record.finish("replaced", reason, now);
  sweep_.reset();
  sweep_due_.reset();
}

TimePoint Syncer::fetch_page(bool sweeping, TimePoint now) {
  set_state(SourceStateName::running, "", std::nullopt, now);
  RunInHand& run = sweeping ? *sweep_ : *main_;
  const std::uint64_t requests_before = connector_.requests_sent();
  auto page = connector_.next_page(run.cursor, now);
  run.record.add_requests(connector_.requests_sent() - requests_before);
  return page ? apply_page(sweeping, std::move(*page), now) : failed(sweeping, page.error(), now);
}

TimePoint Syncer::apply_page(bool sweeping, SourcePage page, TimePoint now) {
  RunInHand& run = sweeping ? *sweep_ : *main_;
  index::ChangeBatch batch{.account = options_.account,
                           .source = options_.source,
                           .upserts = std::move(page.records),
                           .deletions = std::move(page.deletions),
                           .organizations = std::move(page.organizations),
                           .inbox_done = {},
                           .begins_listing = page.begins_listing,
                           .ends_listing = page.ends_listing};
  if (!page.begins_listing && !run.cursor.empty()) batch.goes_on_from = run.cursor;
  if (sweeping) {
    batch.sweep_cursor = page.ends_listing ? "" : page.next_cursor;
  } else {
    batch.checkpoint = page.next_cursor;
  }
  for (const Rejected& row : page.rejected) {
    if (row.withdrawal) batch.deletions.push_back(*row.withdrawal);
  }
  const auto applied = index_.apply(std::move(batch), options_.policy, now);
  if (!applied) return store_failed(applied.error().message, now);

  if (applied->refused > 0) return start_over(sweeping, now);

  attempt_ = 0;
  if (page.begins_listing && !sweeping) {
    run.record.became(RunKind::full);
    drop_sweep("a full copy began, which lists everything too", now);
  }
  run.record.add_page(page, *applied);
  if (applied->over_limit > 0) {
    return finish_run(
        sweeping, SourceStateName::limit_reached, "limit_reached",
        fmt::format("the limit of {} records is reached; raise records_max to go on", options_.policy.records_max),
        now);
  }
  run.cursor = page.next_cursor;
  if (applied->awaiting_confirmation > 0) {
    return finish_run(
        sweeping, SourceStateName::needs_confirmation, "needs_confirmation",
        fmt::format("the listing would remove {} records, more than {} %; confirm it or correct the source",
                    applied->awaiting_confirmation, options_.policy.sweep_guard_percent),
        now);
  }
  return after_page(sweeping, page, now);
}

TimePoint Syncer::after_page(bool sweeping, const SourcePage& page, TimePoint now) {
  if (page.ends_listing && !sweeping) {
    sweep_due_ = sweep_asked_ ? now : sweep_after(now);
  }
  if (sweeping && !page.ends_listing) {
    sweep_due_ = page.more ? now : now + kListingPause;
    set_state(SourceStateName::running, page.more ? "" : "waiting for the source to show its last minutes",
              page.more ? std::nullopt : sweep_due_, now);
    return next_step();
  }
  if (!sweeping && page.more) {
    due_ = now;
    set_state(SourceStateName::running, "", std::nullopt, now);
    return due_;
  }
  // A listing that waits for its confirmation keeps saying so.
  const auto state = index_.read().source_state(options_.account, options_.source);
  if (state && state->listing == Listing::awaiting) {
    return finish_run(sweeping, SourceStateName::needs_confirmation, "finished",
                      fmt::format("{} records wait for a confirmation of their removal", state->awaiting_confirmation),
                      now);
  }
  return finish_run(sweeping, SourceStateName::idle, "finished", "", now);
}

TimePoint Syncer::failed(bool sweeping, const FetchError& error, TimePoint now) {
  RunInHand& run = sweeping ? *sweep_ : *main_;
  switch (error.kind) {
    case FetchErrorKind::unauthorized:
      run.record.add_failure(error.message);
      return finish_run(sweeping, SourceStateName::needs_credential, "failed", error.message, now);
    case FetchErrorKind::cursor_expired:
      log::warn("{}: {}; starting a {}", options_.source, error.message, sweeping ? "new sweep" : "full copy");
      run.cursor.clear();
      if (!sweeping) run.record.became(RunKind::full);
      return back_off(sweeping, error.message, std::nullopt, now);
    case FetchErrorKind::rate_limited:
      if (is_pacing(error)) {
        const TimePoint at = now + error.wait.value_or(std::chrono::milliseconds(1'000));
        put_off(sweeping, at);
        set_state(SourceStateName::running, "waiting for the request budget", at, now);
        return next_step();
      }
      return back_off(sweeping, error.message, error.wait, now);
    case FetchErrorKind::unavailable:
    case FetchErrorKind::malformed:
    case FetchErrorKind::not_found:
      return back_off(sweeping, error.message, error.wait, now);
  }
  return back_off(sweeping, error.message, error.wait, now);
}

TimePoint Syncer::back_off(bool sweeping, std::string reason, std::optional<std::chrono::milliseconds> wait,
                           TimePoint now) {
  ++attempt_;
  if (attempt_ == 1) failing_since_ = now;
  auto delay = retry_delay(attempt_, options_.draw(), options_.retry);
  // "Retry after 0" is no leave to ask without any pause.
  if (wait && wait->count() > 0) delay = *wait;
  // No Retry-After may silence a source for longer than its own interval.
  const TimePoint at = now + std::min(delay, options_.interval);
  log::warn("{}: {}; attempt {} follows in {} ms", options_.source, reason, attempt_ + 1, (at - now).count());
  (sweeping ? sweep_ : main_)->record.add_failure(reason);
  put_off(sweeping, at);
  set_state(SourceStateName::backing_off, std::move(reason), next_step(), std::min(failing_since_, now));
  return next_step();
}

TimePoint Syncer::store_failed(const std::string& message, TimePoint now) {
  log::error("{}: {}", options_.source, message);
  due_ = now + kPauseAfterStoreFailure;
  if (sweep_due_) sweep_due_ = std::max(*sweep_due_, due_);
  set_state(SourceStateName::backing_off, message, due_, now);
  return due_;
}

TimePoint Syncer::finish_run(bool sweeping, SourceStateName state, std::string outcome, std::string reason,
                             TimePoint now) {
  auto& run = sweeping ? sweep_ : main_;
  const bool cut_short = was_cut_short(outcome);
  run->record.finish(std::move(outcome), reason, now);
  attempt_ = 0;
  if (sweeping) {
    sweep_due_ = sweep_after(now);
    // What is left of it is tried again with the interval of the deltas.
    if (cut_short) sweep_due_ = now + options_.interval;
  } else {
    // A full copy that ended before its first page was stored has yet to begin.
    full_owed_ = cut_short && run->cursor.empty();
    // Also where the wall clock was set back since the start.
    due_ = std::clamp(main_started_ + options_.interval, now, now + options_.interval);
  }
  run.reset();
  if (const auto forgot = ledger_.forget_before(now - kLedgerKept); !forgot) log::error("{}", forgot.error().message);
  set_state(state, std::move(reason), next_step(), now);
  return next_step();
}

void Syncer::put_off(bool sweeping, TimePoint until) {
  if (sweeping) {
    sweep_due_ = until;
  } else {
    due_ = until;
  }
}

std::optional<TimePoint> Syncer::sweep_after(TimePoint time) const {
  return options_.next_sweep ? options_.next_sweep(time) : std::nullopt;
}

TimePoint Syncer::next_step() const {
  return !main_ && sweep_due_ ? std::min(due_, *sweep_due_) : due_;
}

void Syncer::set_state(SourceStateName state, std::string reason, std::optional<TimePoint> next, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (status_.state != state || status_.since == TimePoint{}) status_.since = now;
  status_.state = state;
  status_.reason = std::move(reason);
  status_.next_attempt = next;
  status_.next_sweep = sweep_ ? std::nullopt : sweep_due_;
  status_.progress.reset();
  if (const auto& run = main_ ? main_ : sweep_) {
    status_.run = run->record.run().number;
    status_.progress = run->record.progress();
  }
}

}  // namespace ringdex::sync
