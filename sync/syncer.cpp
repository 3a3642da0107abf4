#include "sync/syncer.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace ringdex::sync {
namespace {

// A wait that the source's own budget asks for is part of running, not of failing.
bool is_pacing(const FetchError& error) {
  return error.kind == FetchErrorKind::rate_limited && error.http_status == 0;
}

bool was_cut_short(std::string_view outcome) {
  return outcome == "interrupted" || outcome == "failed" || outcome == "limit_reached";
}

constexpr std::chrono::milliseconds kPauseAfterStoreFailure{5'000};

}  // namespace

std::string_view to_string(RunKind kind) {
  return kind == RunKind::full ? "full" : "delta";
}

std::string_view to_string(SourceStateName state) {
  switch (state) {
    case SourceStateName::idle:
      return "idle";
    case SourceStateName::running:
      return "running";
    case SourceStateName::backing_off:
      return "backing_off";
    case SourceStateName::needs_credential:
      return "needs_credential";
    case SourceStateName::needs_confirmation:
      return "needs_confirmation";
    case SourceStateName::limit_reached:
      return "limit_reached";
  }
  return "idle";
}

Syncer::Syncer(SyncerOptions options, Connector& connector, index::Index& index, index::Ledger& ledger)
    : options_(std::move(options)), connector_(connector), index_(index), ledger_(ledger) {}

void Syncer::request(RunKind kind) {
  const std::lock_guard lock(mutex_);
  if (requested_ != RunKind::full) requested_ = kind;
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
  std::optional<RunKind> requested;
  {
    const std::lock_guard lock(mutex_);
    requested = std::exchange(requested_, std::nullopt);
  }
  // A wall clock that was set back must not stretch the wait.
  if (due_ - now > options_.interval) due_ = now;
  if (requested == RunKind::full && run_) {
    cursor_.clear();
    run_->kind = to_string(RunKind::full);
  } else if (!run_ && (requested || now >= due_)) {
    start_run(requested.value_or(RunKind::delta), now);
  } else if (now < due_ && !requested) {
    return due_;
  }
  return run_ ? fetch_page(now) : due_;
}

void Syncer::start_run(RunKind kind, TimePoint now) {
  const auto state = index_.read().source_state(options_.account, options_.source);
  if (!state) {
    full_owed_ = full_owed_ || kind == RunKind::full;
    due_ = store_failed(state.error().message, now);
    return;
  }
  cursor_ = kind == RunKind::full || full_owed_ ? "" : state->checkpoint;
  full_owed_ = false;
  // A full copy that was cut short goes on as what it was.
  const auto last = ledger_.runs(options_.account, options_.source, 1);
  const bool goes_on =
      last && !last->empty() && last->front().kind == to_string(RunKind::full) && was_cut_short(last->front().outcome);
  run_.emplace();
  run_->account = options_.account;
  run_->source = options_.source;
  run_->kind = to_string(cursor_.empty() || goes_on ? RunKind::full : RunKind::delta);
  run_->outcome = "running";
  run_->started_at = now;
  run_started_ = now;
  requests_before_ = connector_.requests_sent();
  if (const auto begun = ledger_.begin(*run_); !begun) spdlog::error("{}: {}", options_.source, begun.error().message);
  set_state(SourceStateName::running, "", std::nullopt, now);
}

TimePoint Syncer::fetch_page(TimePoint now) {
  set_state(SourceStateName::running, "", std::nullopt, now);
  auto page = connector_.next_page(cursor_, now);
  run_->requests = connector_.requests_sent() - requests_before_;
  return page ? apply_page(std::move(*page), now) : failed(page.error(), now);
}

TimePoint Syncer::apply_page(SourcePage page, TimePoint now) {
  index::ChangeBatch batch{.account = options_.account,
                           .source = options_.source,
                           .upserts = std::move(page.records),
                           .deletions = std::move(page.deletions),
                           .organizations = std::move(page.organizations),
                           .checkpoint = page.next_cursor,
                           .inbox_done = {},
                           .begins_listing = page.begins_listing,
                           .ends_listing = page.ends_listing};
  for (const Rejected& row : page.rejected) {
    if (row.withdrawal) batch.deletions.push_back(*row.withdrawal);
  }
  const auto applied = index_.apply(std::move(batch), options_.policy, now);
  if (!applied) return store_failed(applied.error().message, now);

  attempt_ = 0;
  run_->counts += *applied;
  ++run_->pages;
  run_->ignored += page.ignored;
  if (page.begins_listing) run_->kind = to_string(RunKind::full);
  std::vector<index::RunReject> rejects;
  for (const Rejected& row : page.rejected) {
    rejects.push_back({row.external_id, std::string(to_string(row.reason)), row.detail});
  }
  for (const index::RecordId& id : applied->nameless) {
    rejects.push_back({id.external_id, std::string(to_string(RejectReason::no_name)), "neither name nor organization"});
  }
  save_run(rejects);

  if (applied->over_limit > 0) {
    return finish_run(
        SourceStateName::limit_reached, "limit_reached",
        fmt::format("the limit of {} records is reached; raise records_max to go on", options_.policy.records_max),
        now);
  }
  cursor_ = page.next_cursor;
  if (applied->awaiting_confirmation > 0) {
    return finish_run(
        SourceStateName::needs_confirmation, "needs_confirmation",
        fmt::format("the listing would remove {} records, more than {} %; confirm it or correct the source",
                    applied->awaiting_confirmation, options_.policy.sweep_guard_percent),
        now);
  }
  if (page.more) return due_ = now;
  // A listing that waits for its confirmation keeps saying so.
  const auto state = index_.read().source_state(options_.account, options_.source);
  if (state && state->listing == index::SourceState::Listing::awaiting) {
    return finish_run(SourceStateName::needs_confirmation, "finished",
                      fmt::format("{} records wait for a confirmation of their removal", state->awaiting_confirmation),
                      now);
  }
  return finish_run(SourceStateName::idle, "finished", "", now);
}

TimePoint Syncer::failed(const FetchError& error, TimePoint now) {
  switch (error.kind) {
    case FetchErrorKind::unauthorized:
      return finish_run(SourceStateName::needs_credential, "failed", error.message, now);
    case FetchErrorKind::cursor_expired:
      spdlog::warn("{}: {}; starting a full copy", options_.source, error.message);
      cursor_.clear();
      run_->kind = to_string(RunKind::full);
      run_->message = error.message;
      return back_off(error.message, std::nullopt, now);
    case FetchErrorKind::rate_limited:
      if (is_pacing(error)) {
        due_ = now + error.wait.value_or(std::chrono::milliseconds(1'000));
        set_state(SourceStateName::running, "waiting for the request budget", due_, now);
        return due_;
      }
      return back_off(error.message, error.wait, now);
    case FetchErrorKind::unavailable:
    case FetchErrorKind::malformed:
    case FetchErrorKind::not_found:
      return back_off(error.message, error.wait, now);
  }
  return back_off(error.message, error.wait, now);
}

TimePoint Syncer::back_off(std::string reason, std::optional<std::chrono::milliseconds> wait, TimePoint now) {
  ++attempt_;
  if (attempt_ == 1) failing_since_ = now;
  auto delay = retry_delay(attempt_, options_.draw(), options_.retry);
  // "Retry after 0" is no leave to ask without any pause.
  if (wait && wait->count() > 0) delay = *wait;
  // No Retry-After may silence a source for longer than its own interval.
  due_ = now + std::min(delay, options_.interval);
  spdlog::warn("{}: {}; attempt {} follows in {} ms", options_.source, reason, attempt_ + 1, (due_ - now).count());
  run_->message = reason;
  save_run({});
  set_state(SourceStateName::backing_off, std::move(reason), due_, std::min(failing_since_, now));
  return due_;
}

TimePoint Syncer::store_failed(const std::string& message, TimePoint now) {
  spdlog::error("{}: {}", options_.source, message);
  due_ = now + kPauseAfterStoreFailure;
  set_state(SourceStateName::backing_off, message, due_, now);
  return due_;
}

TimePoint Syncer::finish_run(SourceStateName state, std::string outcome, std::string reason, TimePoint now) {
  run_->outcome = std::move(outcome);
  run_->message = reason;
  run_->finished_at = now;
  save_run({});
  const auto& counts = run_->counts;
  spdlog::info("{}: {} run {} {}: {} added, {} updated, {} unchanged, {} deleted, {} merged, {} skipped, {} pages{}{}",
               options_.source, run_->kind, run_->number, run_->outcome, counts.added, counts.updated, counts.unchanged,
               counts.deleted, counts.merged, run_->skipped, run_->pages, reason.empty() ? "" : "; ", reason);
  // A full copy that ended before its first page was stored has yet to begin.
  full_owed_ = was_cut_short(run_->outcome) && cursor_.empty();
  run_.reset();
  attempt_ = 0;
  // Also where the wall clock was set back since the start.
  due_ = std::clamp(run_started_ + options_.interval, now, now + options_.interval);
  set_state(state, std::move(reason), due_, now);
  return due_;
}

void Syncer::set_state(SourceStateName state, std::string reason, std::optional<TimePoint> next, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (status_.state != state || status_.since == TimePoint{}) status_.since = now;
  status_.state = state;
  status_.reason = std::move(reason);
  status_.next_attempt = next;
  if (run_) status_.run = run_->number;
}

void Syncer::save_run(const std::vector<index::RunReject>& rejects) {
  const std::uint64_t first = run_->skipped;
  run_->skipped += rejects.size();
  if (const auto saved = ledger_.save(*run_, first, rejects); !saved) {
    spdlog::error("{}: {}", options_.source, saved.error().message);
  }
}

}  // namespace ringdex::sync
