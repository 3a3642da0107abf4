#include "sync/mirror/record_refresher.h"

#include <algorithm>
#include <memory>

#include "config/logging/log.h"
#include "telephony/text/printable.h"

namespace ringdex::sync {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kEventsReadFirst = 100;
constexpr std::size_t kEventsReadMax = 1'000'000;
constexpr std::uint32_t kUnreadableMax = 12;  // then the next delta or listing must bring it
constexpr std::size_t kAskedMax = 1'000;
constexpr std::chrono::minutes kIdleWait{1};
constexpr milliseconds kPauseMax = std::chrono::hours(1);

// A time further ahead than any wait is of a wall clock that was set back since.
bool is_ahead(TimePoint until, TimePoint now) {
  return until > now && until - now <= kPauseMax;
}

// What says nothing about this event: the source is busy, away, or keeps us out.
bool is_of_the_source(const FetchError& error) {
  return error.kind == FetchErrorKind::rate_limited || error.kind == FetchErrorKind::unavailable ||
         error.kind == FetchErrorKind::unauthorized;
}

ResyncAnswer unreachable(std::string detail) {
  return {ResyncAnswer::Outcome::unreachable, std::move(detail), std::nullopt};
}

}  // namespace

RecordRefresher::RecordRefresher(RecordRefresherOptions options, Connector& connector, index::Index& index,
                                 index::Inbox& inbox, index::Ledger& ledger)
    : options_(std::move(options)), connector_(connector), index_(index), inbox_(inbox), ledger_(ledger) {}

RecordRefresher::~RecordRefresher() {
  stop();
}

void RecordRefresher::stop() {
  std::deque<Asked> asked;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    asked.swap(asked_);
  }
  for (const Asked& one : asked) one.done(unreachable("the sync was stopped"));
}

std::future<ResyncAnswer> RecordRefresher::resync(index::RecordId id) {
  const auto promise = std::make_shared<std::promise<ResyncAnswer>>();
  resync(std::move(id), [promise](ResyncAnswer answer) { promise->set_value(std::move(answer)); });
  return promise->get_future();
}

void RecordRefresher::resync(index::RecordId id, Done done) {
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) {
      refusal = "the sync was stopped";
    } else if (disabled_) {
      refusal = "the source is disabled";
    } else if (asked_.size() >= kAskedMax) {
      refusal = "too many records of this source are being asked for";
    }
    if (refusal == nullptr) {
      asked_.push_back({std::move(id), std::move(done)});
      return;
    }
  }
  done(unreachable(refusal));
}

void RecordRefresher::set_mode(index::SourceState::Mode mode) {
  const std::lock_guard lock(mutex_);
  disabled_ = mode == index::SourceState::Mode::disabled;
}

std::optional<RecordRefresher::Asked> RecordRefresher::next_asked() {
  const std::lock_guard lock(mutex_);
  if (asked_.empty()) return std::nullopt;
  Asked next = std::move(asked_.front());
  asked_.pop_front();
  return next;
}

void RecordRefresher::ask_again(Asked asked) {
  const std::lock_guard lock(mutex_);
  asked_.push_front(std::move(asked));
}

TimePoint RecordRefresher::step(TimePoint now) {
  if (auto asked = next_asked()) return step_asked(std::move(*asked), now);
  {
    const std::lock_guard lock(mutex_);
    if (disabled_) return now + kIdleWait;
  }
  if (is_ahead(paused_until_, now)) return std::min(paused_until_, now + kIdleWait);
  TimePoint wake = now + kIdleWait;
  std::optional<index::InboxEvent> passed;
  std::size_t seen = 0;
  // Events that wait for their time must not hide those behind them.
  for (std::size_t events_max = kEventsReadFirst; events_max <= kEventsReadMax; events_max *= 10) {
    auto events = inbox_.pending(options_.account, options_.source, events_max);
    if (!events) {
      log::error("{}: {}", options_.source, events.error().message);
      return now + kIdleWait;
    }
    for (; seen < events->size(); ++seen) {
      index::InboxEvent& event = (*events)[seen];
      auto waiting = decode_hint(event.payload);
      if (waiting && is_ahead(waiting->not_before, now)) {
        wake = std::min(wake, waiting->not_before);
      } else if (failed_last_ && event.number <= *failed_last_) {
        if (!passed) passed = std::move(event);
      } else {
        // One event a step, so that a forced resync never stands behind a full inbox.
        return handle(event, std::move(waiting), now);
      }
    }
    if (events->size() < events_max) break;
  }
  if (!passed) return wake;
  failed_last_.reset();
  return handle(*passed, decode_hint(passed->payload), now);
}

TimePoint RecordRefresher::step_asked(Asked asked, TimePoint now) {
  index::ApplyResult applied;
  const std::uint64_t requests_before = connector_.requests_sent();
  auto answer = resync_now(asked.id, applied, now);
  if (answer) {
    failures_ = 0;
    paused_until_ = {};
  } else if (answer.error().kind == FetchErrorKind::rate_limited && answer.error().wait) {
    const milliseconds wait = std::max(*answer.error().wait, options_.retry.first / 2);
    ask_again(std::move(asked));
    return now + std::min<milliseconds>(wait, kIdleWait);
  }
  if (!answer) answer = unreachable(answer.error().message);
  write_down(*answer, applied, connector_.requests_sent() - requests_before, now);
  asked.done(std::move(*answer));
  return now;
}

TimePoint RecordRefresher::handle(const index::InboxEvent& event, std::optional<WaitingHint> waiting, TimePoint now) {
  if (!waiting) {
    log::error("{}: event {} in the inbox is corrupt and was dropped", options_.source, event.number);
    return settle(empty_batch(index::ChangeCause::webhook),
                  {.number = event.number, .outcome = index::EventOutcome::given_up, .detail = "it cannot be read"},
                  now);
  }
  auto changes = changes_for(*waiting, now);
  if (!changes) return failed(event, std::move(*waiting), changes.error(), now);
  failures_ = 0;
  if (!changes->ask_again_after) {
    if (changes->survivor) waiting->hint.into = changes->survivor->external_id;
    return settle(std::move(changes->batch),
                  {.number = event.number,
                   .detail = text::printable(changes->detail),
                   .payload = encode_hint(*waiting),
                   .before = waiting->did},
                  now);
  }
  ++waiting->both_alive;
  waiting->attempts = 0;
  waiting->last_error = text::printable(changes->detail);
  const auto applied = apply(changes->batch, now);
  if (applied) waiting->did += index::event_changes(*applied);
  postpone(event, std::move(*waiting), now + *changes->ask_again_after);
  return applied ? now : now + kIdleWait;
}

TimePoint RecordRefresher::failed(const index::InboxEvent& event, WaitingHint waiting, const FetchError& error,
                                  TimePoint now) {
  failed_last_ = event.number;
  const bool has_wait = error.wait && error.wait->count() > 0;
  const auto delay = [&](std::uint32_t attempt) {
    const auto growing = retry_delay(attempt, options_.draw(), options_.retry);
    return std::min(has_wait ? *error.wait : growing, kPauseMax);
  };
  TimePoint next = now;
  if (is_of_the_source(error)) {
    const bool is_limit = error.kind == FetchErrorKind::rate_limited;
    if (!is_limit || !has_wait) ++failures_;
    paused_until_ = now + delay(failures_);
    next = std::min(paused_until_, now + kIdleWait);
    // A limit is no failure of the event, which keeps its place.
    if (is_limit) {
      failed_last_.reset();
      return next;
    }
  } else if (++waiting.unreadable >= kUnreadableMax) {
    log::error("{}: event {} given up: {}", options_.source, waiting.hint.type, error.message);
    ++waiting.attempts;
    return settle(empty_batch(index::ChangeCause::webhook),
                  {.number = event.number,
                   .outcome = index::EventOutcome::given_up,
                   .detail = text::printable(error.message),
                   .payload = encode_hint(waiting),
                   .before = waiting.did},
                  now);
  }
  waiting.last_error = text::printable(error.message);
  const TimePoint until = now + delay(++waiting.attempts);
  log::warn("{}: event {} waits {} ms: {}", options_.source, waiting.hint.type, (until - now).count(), error.message);
  postpone(event, std::move(waiting), until);
  return next;
}

TimePoint RecordRefresher::settle(index::ChangeBatch batch, index::EventDone done, TimePoint now) {
  batch.inbox_done.push_back(std::move(done));
  return apply(batch, now) ? now : now + kIdleWait;
}

std::optional<index::ApplyResult> RecordRefresher::apply(const index::ChangeBatch& batch, TimePoint now) {
  auto applied = index_.apply(batch, options_.policy, now);
  if (applied) return *std::move(applied);
  log::error("{}: {}", options_.source, applied.error().message);
  return std::nullopt;
}

std::expected<ResyncAnswer, FetchError> RecordRefresher::resync_now(const index::RecordId& id,
                                                                    index::ApplyResult& applied, TimePoint now) {
  const auto before = index_.read().get(options_.account, id);
  index::ChangeBatch batch = empty_batch(index::ChangeCause::resync);
  const auto fetched = fetch_into(batch, id, now);
  if (!fetched) return std::unexpected(fetched.error());
  drop_unknown(batch);
  auto result = index_.apply(batch, options_.policy, now);
  if (!result) return unreachable(result.error().message);
  applied = *std::move(result);
  return answer_for(id, *fetched, applied, before && !std::holds_alternative<index::UnknownRecord>(*before));
}

ResyncAnswer RecordRefresher::answer_for(const index::RecordId& id, const FetchedRecord& fetched,
                                         const index::ApplyResult& applied, bool was_known) const {
  using Outcome = ResyncAnswer::Outcome;
  if (fetched.record) {
    const bool changed = applied.added + applied.updated + applied.renamed > 0;
    return ResyncAnswer{changed ? Outcome::updated : Outcome::unchanged, std::string(skip_reason(applied)),
                        std::nullopt};
  }
  std::string detail = fetched.rejected ? "skipped: " + fetched.rejected->detail : "";
  const auto after = index_.read().get(options_.account, id);
  const auto* survivor = after ? std::get_if<index::KnownRecord>(&*after) : nullptr;
  if (survivor && survivor->record.id != id) {
    return ResyncAnswer{Outcome::merged, detail, survivor->record.id};
  }
  if (survivor) {
    if (detail.empty()) detail = kNotFollowed;
    return ResyncAnswer{Outcome::unchanged, detail, std::nullopt};
  }
  return ResyncAnswer{was_known ? Outcome::deleted : Outcome::not_found, detail, std::nullopt};
}

// A forced resync stands in the ledger as a run of its own.
void RecordRefresher::write_down(const ResyncAnswer& answer, const index::ApplyResult& applied, std::uint64_t requests,
                                 TimePoint now) {
  const bool failed = answer.outcome == ResyncAnswer::Outcome::unreachable;
  index::Run run;
  run.account = options_.account;
  run.source = options_.source;
  run.kind = "single";
  run.outcome = failed ? "failed" : "finished";
  run.message = std::string(to_string(answer.outcome)) + (answer.detail.empty() ? "" : ": " + answer.detail);
  run.started_at = now;
  run.finished_at = now;
  run.counts = applied;
  run.failed = failed ? 1 : 0;
  run.requests = requests;
  if (const auto begun = ledger_.begin(run); !begun) log::error("{}: {}", options_.source, begun.error().message);
}

void RecordRefresher::postpone(index::InboxEvent event, WaitingHint waiting, TimePoint until) {
  waiting.not_before = until;
  event.payload = encode_hint(waiting);
  if (const auto amended = inbox_.amend(options_.account, options_.source, event); !amended) {
    log::error("{}: {}", options_.source, amended.error().message);
  }
}

index::ChangeBatch RecordRefresher::empty_batch(index::ChangeCause cause) const {
  index::ChangeBatch batch;
  batch.cause = cause;
  batch.account = options_.account;
  batch.source = options_.source;
  return batch;
}

index::RecordId RecordRefresher::record_id(const Hint& hint, const std::string& external_id) const {
  return {options_.source, hint.record_kind, external_id};
}

}  // namespace ringdex::sync
