// The part of the RecordRefresher that asks the source what became of records.

#include <algorithm>

#include "sync/mirror/record_refresher.h"

namespace ringdex::sync {
namespace {

// A merge whose loser the source still shows: asked again after these waits, then left to the delta.
constexpr std::chrono::seconds kMergeWaits[] = {std::chrono::seconds(60), std::chrono::seconds(300)};

}  // namespace

std::expected<RecordRefresher::Changes, FetchError> RecordRefresher::changes_for(const WaitingHint& waiting,
                                                                                 TimePoint now) {
  const Hint& hint = waiting.hint;
  if (hint.kind == Hint::Kind::merged) return merge_changes(waiting, now);
  Changes changes{.batch = empty_batch(index::ChangeCause::webhook)};
  switch (hint.kind) {
    case Hint::Kind::organization:
      for (const std::string& id : hint.ids) {
        auto organization = connector_.fetch_organization(id, now);
        if (!organization && organization.error().kind == FetchErrorKind::not_found) {
          organization = index::OrganizationName{id, ""};
        }
        if (!organization) return std::unexpected(organization.error());
        changes.batch.organizations.push_back(std::move(*organization));
      }
      break;
    // A deletion was applied when it was accepted; what comes here was older than the record, so the source is asked.
    case Hint::Kind::deleted:
    case Hint::Kind::refetch:
      for (const std::string& id : hint.ids) {
        if (const auto fetched = fetch_for(hint, id, changes, now); !fetched) return std::unexpected(fetched.error());
      }
      break;
    case Hint::Kind::merged:
    case Hint::Kind::ignored:
      break;
  }
  if (drop_unknown(changes.batch) > 0) changes.detail = "it is not known, there or here";
  return changes;
}

std::expected<void, FetchError> RecordRefresher::fetch_for(const Hint& hint, const std::string& external_id,
                                                           Changes& changes, TimePoint now) {
  const auto fetched = fetch_into(changes.batch, record_id(hint, external_id), now);
  if (!fetched) return std::unexpected(fetched.error());
  if (fetched->rejected) {
    changes.detail = "skipped: " + fetched->rejected->detail;
  } else if (fetched->record) {
    if (hint.kind == Hint::Kind::deleted)
      changes.detail = "it changed after this deletion, and the source still has it";
  } else {
    index::Deletion& deletion = changes.batch.deletions.back();
    if (!hint.into.empty() && !deletion.merged_into) {
      deletion.merged_into = record_id(hint, hint.into);
      deletion.withdrawn = false;
    }
    if (!deletion.merged_into) {
      if (!options_.policy.delete_records) changes.detail = kNotFollowed;
      if (fetched->hidden) changes.detail = "the source does not show it now";
    } else if (deletion.merged_into->kind == hint.record_kind) {
      changes.survivor = deletion.merged_into;
    } else {
      changes.detail = "it is " + deletion.merged_into->to_string() + " now";
    }
  }
  return {};
}

// Which of the two was merged away is not taken from the event: the one that the source no longer has is the loser.
std::expected<RecordRefresher::Changes, FetchError> RecordRefresher::merge_changes(const WaitingHint& waiting,
                                                                                   TimePoint now) {
  Changes changes{.batch = empty_batch(index::ChangeCause::webhook)};
  std::vector<index::RecordId> alive;
  for (const std::string& external_id : waiting.hint.ids) {
    const index::RecordId id = record_id(waiting.hint, external_id);
    const auto fetched = fetch_into(changes.batch, id, now);
    if (!fetched) return std::unexpected(fetched.error());
    if (fetched->record || fetched->rejected) alive.push_back(id);
    if (fetched->rejected) changes.detail = "skipped: " + fetched->rejected->detail;
  }
  if (alive.size() == 1) {
    changes.survivor = alive.front();
    for (index::Deletion& deletion : changes.batch.deletions) {
      if (!deletion.merged_into) deletion.merged_into = alive.front();
    }
  }
  if (alive.empty()) changes.detail = "the source has neither of the two";
  if (alive.size() > 1) changes.detail = "the source still shows both";
  drop_unknown(changes.batch);
  if (alive.size() > 1 && waiting.both_alive < std::size(kMergeWaits)) {
    changes.ask_again_after = kMergeWaits[waiting.both_alive];
  }
  return changes;
}

std::expected<FetchedRecord, FetchError> RecordRefresher::fetch_into(index::ChangeBatch& batch,
                                                                     const index::RecordId& id, TimePoint now) {
  auto fetched = connector_.fetch(id, now);
  if (!fetched && fetched.error().kind == FetchErrorKind::not_found) fetched = FetchedRecord{.id = id, .as_of = now};
  if (!fetched) return fetched;
  batch.organizations.insert(batch.organizations.end(), fetched->organizations.begin(), fetched->organizations.end());
  batch.upserts.insert(batch.upserts.end(), fetched->others.begin(), fetched->others.end());
  if (fetched->record) {
    batch.upserts.push_back(*fetched->record);
  } else if (fetched->rejected) {
    if (fetched->rejected->withdrawal) batch.deletions.push_back(*fetched->rejected->withdrawal);
  } else {
    // The source's clock may be behind the version that is stored here.
    // Who is only not shown comes back with the next page that shows the record as it is.
    index::Deletion deletion{id, fetched->as_of.time_since_epoch().count(), fetched->merged_into, fetched->hidden};
    if (const auto known = index_.read().get(options_.account, id)) {
      const auto* live = std::get_if<index::KnownRecord>(&*known);
      if (live && live->record.id == id) {
        deletion.version = fetched->hidden ? live->record.version : std::max(deletion.version, live->record.version);
      }
    }
    batch.deletions.push_back(std::move(deletion));
  }
  return fetched;
}

// Of an id that was never seen here nothing is remembered: the source may not show a new record everywhere at once, and
// the tombstone would keep it out for ever.
std::size_t RecordRefresher::drop_unknown(index::ChangeBatch& batch) const {
  const index::IndexView view = index_.read();
  return std::erase_if(batch.deletions, [&](const index::Deletion& deletion) {
    if (deletion.merged_into) return false;
    const auto known = view.get(options_.account, deletion.id);
    return known && std::holds_alternative<index::UnknownRecord>(*known);
  });
}

}  // namespace ringdex::sync
