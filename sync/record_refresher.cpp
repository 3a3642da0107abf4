#include "sync/record_refresher.h"

#include <spdlog/spdlog.h>

#include <algorithm>

namespace ringdex::sync {
namespace {

constexpr std::size_t kEventsPerStepMax = 100;
constexpr std::uint32_t kAttemptsMax = 12;  // then the next delta or listing must bring it
constexpr std::chrono::minutes kIdleWait{1};
// A merge whose loser the source still shows: asked again after these waits, then left to the delta.
constexpr std::chrono::seconds kMergeWaits[] = {std::chrono::seconds(60), std::chrono::seconds(300)};

std::int64_t version_at(TimePoint time) { return time.time_since_epoch().count(); }

}  // namespace

std::string_view to_string(ResyncAnswer::Outcome outcome) {
  switch (outcome) {
    case ResyncAnswer::Outcome::updated: return "updated";
    case ResyncAnswer::Outcome::unchanged: return "unchanged";
    case ResyncAnswer::Outcome::deleted: return "deleted";
    case ResyncAnswer::Outcome::merged: return "merged";
    case ResyncAnswer::Outcome::not_found: return "not_found";
    case ResyncAnswer::Outcome::unreachable: return "unreachable";
  }
  return "unreachable";
}

RecordRefresher::RecordRefresher(RecordRefresherOptions options, Connector& connector, index::Index& index,
                                 index::Inbox& inbox)
    : options_(std::move(options)), connector_(connector), index_(index), inbox_(inbox) {}

std::future<ResyncAnswer> RecordRefresher::resync(index::RecordId id) {
  const std::lock_guard lock(mutex_);
  asked_.push_back({std::move(id), {}});
  return asked_.back().answer.get_future();
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
  if (auto asked = next_asked()) {
    auto answer = resync_now(asked->id, now);
    if (!answer && answer.error().kind == FetchErrorKind::rate_limited && answer.error().wait) {
      ask_again(std::move(*asked));
      return now + *answer.error().wait;
    }
    if (!answer) answer = ResyncAnswer{ResyncAnswer::Outcome::unreachable, answer.error().message, std::nullopt};
    asked->answer.set_value(std::move(*answer));
    return now;
  }
  TimePoint wake = now + kIdleWait;
  const auto events = inbox_.pending(options_.account, options_.source, kEventsPerStepMax);
  if (!events) {
    spdlog::error("{}: {}", options_.source, events.error().message);
    return wake;
  }
  for (const index::InboxEvent& event : *events) {
    const Settled settled = handle(event, now, wake);
    // One fetch a step, so that a forced resync never stands behind a full inbox.
    if (settled == Settled::yes) return now;
    if (settled == Settled::wait) break;
  }
  return wake;
}

RecordRefresher::Settled RecordRefresher::handle(index::InboxEvent event, TimePoint now, TimePoint& wake) {
  index::ChangeBatch batch = empty_batch();
  auto waiting = decode_hint(event.payload);
  if (waiting && waiting->not_before > now) {
    wake = std::min(wake, waiting->not_before);
    return Settled::later;
  }
  bool settled = true;
  if (waiting) {
    auto changes = changes_for(*waiting, now, settled);
    if (!changes) {
      const FetchError& error = changes.error();
      ++waiting->attempts;
      const bool hopeless = error.kind == FetchErrorKind::malformed && waiting->attempts >= kAttemptsMax;
      if (!hopeless) {
        auto delay = retry_delay(waiting->attempts, options_.draw(), options_.retry);
        if (error.wait) delay = *error.wait;
        wake = std::min(wake, now + delay);
        // Pacing is no failure of the event.
        if (error.kind == FetchErrorKind::rate_limited) return Settled::wait;
        spdlog::warn("{}: event {} waits {} ms: {}", options_.source, waiting->hint.type, delay.count(), error.message);
        postpone(event, *waiting, now + delay);
        return Settled::later;
      }
      spdlog::error("{}: event {} given up: {}", options_.source, waiting->hint.type, error.message);
    } else {
      batch = std::move(*changes);
    }
  }
  if (settled) {
    batch.inbox_done = {event.number};
  } else {
    const auto wait = kMergeWaits[waiting->attempts];
    ++waiting->attempts;
    postpone(event, *waiting, now + wait);
    wake = std::min(wake, now + wait);
  }
  const auto applied = index_.apply(batch, options_.policy, now);
  if (!applied) {
    spdlog::error("{}: {}", options_.source, applied.error().message);
    return Settled::wait;
  }
  return settled ? Settled::yes : Settled::later;
}

std::expected<index::ChangeBatch, FetchError> RecordRefresher::changes_for(const WaitingHint& waiting, TimePoint now,
                                                                           bool& settled) {
  index::ChangeBatch batch = empty_batch();
  const Hint& hint = waiting.hint;
  switch (hint.kind) {
    case Hint::Kind::merged: return merge_changes(waiting, now, settled);
    case Hint::Kind::organization:
      for (const std::string& id : hint.ids) {
        auto organization = connector_.fetch_organization(id, now);
        if (!organization) return std::unexpected(organization.error());
        batch.organizations.push_back(std::move(*organization));
      }
      break;
    // A deletion was applied when it was accepted; what comes here was older than the record, so the source is asked.
    case Hint::Kind::deleted:
    case Hint::Kind::refetch:
      for (const std::string& id : hint.ids) {
        const auto fetched = fetch_into(batch, record_id(hint, id), now);
        if (!fetched) return std::unexpected(fetched.error());
      }
      break;
    case Hint::Kind::ignored: break;
  }
  return batch;
}

// Which of the two was merged away is not taken from the event: the one that the source no longer has is the loser.
std::expected<index::ChangeBatch, FetchError> RecordRefresher::merge_changes(const WaitingHint& waiting, TimePoint now,
                                                                             bool& settled) {
  index::ChangeBatch batch = empty_batch();
  std::vector<index::RecordId> alive;
  for (const std::string& external_id : waiting.hint.ids) {
    const index::RecordId id = record_id(waiting.hint, external_id);
    const auto fetched = fetch_into(batch, id, now);
    if (!fetched) return std::unexpected(fetched.error());
    if (fetched->record || fetched->rejected) alive.push_back(id);
  }
  if (alive.size() == 1) {
    for (index::Deletion& deletion : batch.deletions) {
      if (!deletion.merged_into) deletion.merged_into = alive.front();
    }
  }
  settled = alive.size() < 2 || waiting.attempts >= std::size(kMergeWaits);
  return batch;
}

std::expected<FetchedRecord, FetchError> RecordRefresher::fetch_into(index::ChangeBatch& batch,
                                                                     const index::RecordId& id, TimePoint now) {
  auto fetched = connector_.fetch(id, now);
  if (!fetched && fetched.error().kind == FetchErrorKind::not_found) fetched = FetchedRecord{.id = id, .as_of = now};
  if (!fetched) return fetched;
  batch.organizations.insert(batch.organizations.end(), fetched->organizations.begin(), fetched->organizations.end());
  if (fetched->record) {
    batch.upserts.push_back(*fetched->record);
  } else if (fetched->rejected) {
    if (fetched->rejected->withdrawal) batch.deletions.push_back(*fetched->rejected->withdrawal);
  } else {
    // The source's clock may be behind the version that is stored here.
    index::Deletion deletion{id, version_at(fetched->as_of), fetched->merged_into};
    if (const auto known = index_.read().get(options_.account, id)) {
      const auto* live = std::get_if<index::KnownRecord>(&*known);
      if (live && live->record.id == id) deletion.version = std::max(deletion.version, live->record.version);
    }
    batch.deletions.push_back(std::move(deletion));
  }
  return fetched;
}

std::expected<ResyncAnswer, FetchError> RecordRefresher::resync_now(const index::RecordId& id, TimePoint now) {
  using Outcome = ResyncAnswer::Outcome;
  const auto before = index_.read().get(options_.account, id);
  index::ChangeBatch batch = empty_batch();
  const auto fetched = fetch_into(batch, id, now);
  if (!fetched) return std::unexpected(fetched.error());
  const auto applied = index_.apply(batch, options_.policy, now);
  if (!applied) return ResyncAnswer{Outcome::unreachable, applied.error().message, std::nullopt};
  if (fetched->record) {
    const bool changed = applied->added + applied->updated + applied->renamed > 0;
    const std::string detail = applied->nameless.empty() ? "" : "skipped: neither name nor organization";
    return ResyncAnswer{changed ? Outcome::updated : Outcome::unchanged, detail, std::nullopt};
  }
  const std::string detail = fetched->rejected ? "skipped: " + fetched->rejected->detail : "";
  const auto after = index_.read().get(options_.account, id);
  const auto* survivor = after ? std::get_if<index::KnownRecord>(&*after) : nullptr;
  if (survivor && survivor->record.id != id) {
    return ResyncAnswer{Outcome::merged, detail, survivor->record.id};
  }
  const bool was_known = before && !std::holds_alternative<index::UnknownRecord>(*before);
  return ResyncAnswer{was_known ? Outcome::deleted : Outcome::not_found, detail, std::nullopt};
}

void RecordRefresher::postpone(index::InboxEvent event, WaitingHint waiting, TimePoint until) {
  waiting.not_before = until;
  event.payload = encode_hint(waiting);
  if (const auto amended = inbox_.amend(options_.account, options_.source, event); !amended) {
    spdlog::error("{}: {}", options_.source, amended.error().message);
  }
}

index::ChangeBatch RecordRefresher::empty_batch() const {
  index::ChangeBatch batch;
  batch.account = options_.account;
  batch.source = options_.source;
  return batch;
}

index::RecordId RecordRefresher::record_id(const Hint& hint, const std::string& external_id) const {
  return {options_.source, hint.record_kind, external_id};
}

}  // namespace ringdex::sync
