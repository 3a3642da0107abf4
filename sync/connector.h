#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/records/change_batch.h"
#include "index/records/record.h"
#include "sync/fetch_error.h"
#include "telephony/number/phone_number.h"
#include "telephony/text/enum_names.h"

namespace ringdex::sync {

using index::TimePoint;

// A row that the source has and that can't be indexed; listed for the admin, never silently dropped.
enum class RejectReason { no_name, too_many_phones, too_many_emails, no_external_id, bad_row };
inline constexpr auto kRejectReasonNames =
    text::enum_names<RejectReason>({{RejectReason::no_name, "no_name"},
                                    {RejectReason::too_many_phones, "too_many_phones"},
                                    {RejectReason::too_many_emails, "too_many_emails"},
                                    {RejectReason::no_external_id, "no_external_id"},
                                    {RejectReason::bad_row, "bad_row"}});
constexpr std::string_view to_string(RejectReason value) {
  return kRejectReasonNames.name_of(value);
}

struct Rejected {
  std::string external_id;  // or the place, such as "line 17"
  RejectReason reason;
  std::string detail;
  // Takes an older form of the row out of the index, since its numbers may be wrong by now; nothing if the row's id or
  // version could not be read.
  std::optional<index::Deletion> withdrawal = std::nullopt;
};

// One page as a connector hands it over. `next_cursor` is the checkpoint that is stored together with the page's data.
struct SourcePage {
  std::vector<index::Record> records;
  std::vector<Rejected> rejected;
  std::vector<index::Deletion> deletions;
  std::vector<index::OrganizationName> organizations;
  std::uint64_t ignored = 0;  // rows that are not callers (agents, ...) and are counted only
  std::string next_cursor;
  bool more = false;  // false if the source has nothing further now
  // A complete listing runs from a page that begins one to a page that ends it (one page may do both). What it did not
  // show is gone from the source; the Index holds it against the records.
  bool begins_listing = false;
  bool ends_listing = false;
  std::optional<double> progress;  // of the listing, 0 to 1, where the source tells
};

// What a webhook event asks for. Events are repeated, reordered and lost, so one is a hint that names ids: each record
// is fetched again, unless the event is a deletion.
struct Hint {
  enum class Kind { refetch, deleted, merged, organization, ignored };
  Kind kind = Kind::ignored;
  std::string event_id;  // the source's, for telling repeats; may be empty
  std::string type;      // as received, for the admin
  index::RecordKind record_kind = index::RecordKind::contact;
  std::vector<std::string> ids;  // refetch, deleted: one; merged: both, in no known order; organization: one
  std::string into;              // deleted: the survivor's id, where the event names it for certain; else empty
  TimePoint happened_at{};
};

struct WebhookRequest {
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
};

enum class WebhookRefusal { unsigned_request, bad_signature, outside_time_window, malformed, not_supported };

// One record fetched on its own. Exactly what the source has now: present, gone, or merged away.
struct FetchedRecord {
  index::RecordId id;
  std::optional<index::Record> record;         // nullopt if the source does not have it (any more)
  std::optional<index::RecordId> merged_into;  // where the source itself says so
  std::optional<Rejected> rejected;            // it is there and can't be indexed
  // The source does not show it and does not say that it was deleted either: it may be out of sight for a while.
  bool hidden = false;
  std::vector<index::OrganizationName> organizations;
  std::vector<index::Record> others;  // what it stands on: the person whose name and numbers a lead has
  TimePoint as_of{};                  // the source's clock at the answer
};

// What the source's limits leave, as far as they are known.
struct RequestsLeft {
  std::optional<std::uint64_t> this_minute;
  std::optional<std::uint64_t> today;     // in the source's own unit: requests, tokens
  std::optional<std::uint64_t> of_today;  // our whole share of a day
};

// One CRM. Four calls: a page from a cursor, one record by id, records by phone, a webhook body to hints. Connectors
// never sleep and never write: the Syncer waits and the Index stores. One thread at a time calls an instance; each
// thread of a source has its own, and they share the credential and the rate budget.
class Connector {
 public:
  virtual ~Connector() = default;

  // The page that starts at `cursor`; an empty cursor starts a full copy from the beginning. After a failure the same
  // call may be repeated: nothing is skipped. `now` is the wall clock. The cursor of a full copy goes on as one of
  // changes once the listing has ended; two cursors may be followed by turns (a sweep beside the deltas).
  virtual std::expected<SourcePage, FetchError> next_page(const std::string& cursor, TimePoint now) = 0;

  virtual std::expected<FetchedRecord, FetchError> fetch(const index::RecordId& id, TimePoint now) = 0;
  virtual std::expected<index::OrganizationName, FetchError> fetch_organization(const std::string& id, TimePoint now);

  // Records that may have the number by the source's own search, which is looser than ours and may lag; each as fetch()
  // would give it, at most kSearchHitsMax. not_found: the source has no such search.
  static constexpr std::size_t kSearchHitsMax = 5;
  virtual std::expected<std::vector<FetchedRecord>, FetchError> find_by_phone(telephony::PhoneNumber number,
                                                                              TimePoint now);

  // Checks the signature over the raw bytes, then reads the body. Safe from any thread.
  virtual std::expected<std::vector<Hint>, WebhookRefusal> read_webhook(const WebhookRequest& request,
                                                                        TimePoint now) const;

  // Requests sent so far by this instance, for the ledger.
  virtual std::uint64_t requests_sent() const { return 0; }
  // Safe from any thread.
  virtual RequestsLeft requests_left(TimePoint /*now*/) const { return {}; }
};

}  // namespace ringdex::sync
