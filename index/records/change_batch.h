#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/record.h"
#include "index/records/settled_event.h"
#include "telephony/text/enum_names.h"

namespace ringdex::index {

// A record that its source no longer has. `version` as in Record: a page that is not newer cannot bring it back.
struct Deletion {
  RecordId id;
  std::int64_t version = 0;
  std::optional<RecordId> merged_into;  // the survivor, if it was merged or converted
  // The source still has it, in a form that may not be shown (too many phones): it leaves, and comes back with the next
  // good answer, also one of the same version.
  bool withdrawn = false;
  std::optional<std::uint64_t> event = std::nullopt;  // the webhook event that told, where a batch is of several
  bool operator==(const Deletion&) const = default;
};

// The name that a source's organization has now; empty once the source dropped it.
struct OrganizationName {
  std::string id;
  std::string name;
  bool operator==(const OrganizationName&) const = default;
};

// A webhook event that a batch settles. The history says of it what the batch did; where deletions name their events,
// what those of its own did.
struct EventDone {
  std::uint64_t number = 0;
  std::optional<EventOutcome> outcome = std::nullopt;  // nullopt for applied or unchanged, by what was done
  std::string detail = {};
  std::string payload = {};  // what is kept of it; empty: what the inbox holds
  EventChanges before = {};  // what earlier batches did for it
};

// What led to a change, for the day's counters.
enum class ChangeCause : std::uint8_t { sync, webhook, resync, live };
inline constexpr auto kChangeCauseNames = text::enum_names<ChangeCause>({{ChangeCause::sync, "sync"},
                                                                         {ChangeCause::webhook, "webhook"},
                                                                         {ChangeCause::resync, "resync"},
                                                                         {ChangeCause::live, "live"}});
constexpr std::string_view to_string(ChangeCause value) {
  return kChangeCauseNames.name_of(value);
}

// All that one page, event or forced fetch changes in one source of one account. Index::apply writes it as one atomic
// unit; there is no other way into the index.
struct ChangeBatch {
  std::string account;
  std::string source;
  // first_indexed_at is the Index's to set, and the version and, where it is empty, the external id of a local record.
  std::vector<Record> upserts;
  std::vector<Deletion> deletions;
  std::vector<OrganizationName> organizations;
  std::optional<std::string> checkpoint;  // where the source's next page starts
  // Where the next page of a sweep starts that runs beside the deltas; empty: it is over.
  std::optional<std::string> sweep_cursor;
  std::vector<EventDone> inbox_done;
  // The cursor that a page was asked from. If the source is not there any more (it was purged meanwhile), or is
  // switched off, nothing of the page is taken.
  std::optional<std::string> goes_on_from;
  // Nothing of the batch is taken if another record of one of these sources has a number of its upserts.
  std::optional<std::set<std::string>> unless_held_in;
  bool durable = false;  // outlives a loss of power once it is applied; batches with a checkpoint or events always do
  // A complete listing runs over several batches. At its end, records of the source that were neither listed nor
  // written since it began are removed, in the same atomic write.
  bool begins_listing = false;
  bool ends_listing = false;
  ChangeCause cause = ChangeCause::sync;
};

// What the account's admin allows a source to do.
struct ApplyPolicy {
  std::uint64_t records_max = 0;      // 0: no limit; beyond it new records are refused and the checkpoint stays
  unsigned sweep_guard_percent = 20;  // a listing that would remove more than this share asks first
  bool delete_records = true;         // false if only merges remove
};

// What became of the parts of a batch.
struct ApplyResult {
  std::uint64_t added = 0;
  std::uint64_t updated = 0;
  std::uint64_t unchanged = 0;
  std::uint64_t stale = 0;  // older than what is known; not applied
  std::uint64_t deleted = 0;
  std::uint64_t merged = 0;                 // deletions that named a survivor
  std::uint64_t renamed = 0;                // records that got their organization's new name
  std::uint64_t kept_name = 0;              // updates without a name: the old one stayed
  std::uint64_t over_limit = 0;             // new records refused by the source's record limit
  std::uint64_t swept = 0;                  // removed at the end of a listing (also counted in `deleted`)
  std::uint64_t awaiting_confirmation = 0;  // would have been swept, but for the guard
  // 1: nothing was taken, see ChangeBatch::goes_on_from and unless_held_in; or a local record is not there any more
  std::uint64_t refused = 0;
  std::uint64_t gave_way = 0;      // local records whose number a source has brought
  std::vector<RecordId> nameless;  // new records refused: neither name nor organization
  std::vector<RecordId> holders;   // who has the number for which the batch was refused
  std::vector<RecordId> numbered;  // local records that got their ids
  std::uint64_t position = 0;
  ApplyResult& operator+=(const ApplyResult&);
  bool operator==(const ApplyResult&) const = default;
};
EventChanges event_changes(const ApplyResult& result);
// Why something of a batch was left out, in words for the admin; empty if all was taken.
std::string_view skip_reason(const ApplyResult& result);

}  // namespace ringdex::index
