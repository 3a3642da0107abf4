#include "sync/connectors/salesforce/salesforce.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "sync/connectors/salesforce/salesforce_cursor.h"
#include "sync/connectors/salesforce/salesforce_deletions.h"
#include "sync/connectors/salesforce/salesforce_id.h"
#include "sync/connectors/salesforce/salesforce_reader.h"
#include "sync/connectors/salesforce/salesforce_rows.h"
#include "sync/connectors/salesforce/salesforce_search.h"
#include "sync/webhooks/generic_webhook.h"
#include "telephony/text/printable.h"

namespace ringdex::sync {
namespace {

using Fields = SalesforceReader::Fields;

// Rows become visible in another order than their stamps say, so windows of changes end before now and overlap.
constexpr std::chrono::minutes kLag{1};
constexpr std::chrono::minutes kOverlap{10};
constexpr std::chrono::days kClocksDifferMax{1};
// A run of changes that took longer, for an outage or a clock that was set, is followed by another at once.
constexpr std::chrono::minutes kRunIsOld{15};
// A query that takes Salesforce too long is asked again for fewer rows of a shorter window; a few times at once.
constexpr int kHalvingsPerCall = 3;
constexpr int kHalvingsMax = 10;
constexpr int kGoodPagesToGrow = 10;

FetchError malformed(const std::string& why) {
  return salesforce_malformed(why).error;
}

constexpr std::string_view kContactPrefix = "003";

class SalesforceConnector : public Connector {
 public:
  SalesforceConnector(SalesforceOptions options, SalesforceShared shared, std::shared_ptr<MovingHttpClient> http,
                      const telephony::NumberParser& parser)
      : options_(std::move(options)),
        shared_(shared),
        api_(shared, std::move(http)),
        reader_(options_, shared, api_),
        check_(options_, api_, reader_),
        parser_(parser) {
    options_.rows_per_page = std::max<std::size_t>(options_.rows_per_page, 1);
    while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
  }

  std::expected<SourcePage, FetchError> next_page(const std::string& cursor_text, TimePoint now) override;
  std::expected<FetchedRecord, FetchError> fetch(const index::RecordId& id, TimePoint now) override;
  std::expected<index::OrganizationName, FetchError> fetch_organization(const std::string& id, TimePoint now) override;
  std::expected<std::vector<FetchedRecord>, FetchError> find_by_phone(telephony::PhoneNumber number,
                                                                      TimePoint now) override;
  std::expected<std::vector<Hint>, WebhookRefusal> read_webhook(const WebhookRequest& request,
                                                                TimePoint now) const override;

  std::uint64_t requests_sent() const override { return api_.requests_sent(); }
  RequestsLeft requests_left(TimePoint now) const override { return left_of(shared_.budget, shared_.quota, now); }

 private:
  std::expected<void, FetchError> rows_page(SalesforceCursor& cursor, SourcePage& page, TimePoint now);
  std::expected<SalesforceRows, FetchError> window(const SalesforceCursor& cursor, TimePoint& until, TimePoint now);
  std::expected<bool, FetchError> advance(SalesforceCursor& cursor, const SalesforceRows& rows, TimePoint until) const;
  void add_rows(SourcePage& page, const SalesforceRows& rows, TimePoint now);
  std::string instance_url(TimePoint now);
  FetchedRecord fetched(index::RecordId id, text::JsonView row, const SalesforceSelection& selection, TimePoint as_of,
                        TimePoint now);
  std::size_t rows_per_page() const { return std::max<std::size_t>(options_.rows_per_page >> halvings_, 1); }

  SalesforceOptions options_;
  SalesforceShared shared_;
  SalesforceApi api_;
  SalesforceReader reader_;
  SalesforceDeletionCheck check_;
  const telephony::NumberParser& parser_;
  int halvings_ = 0;  // of pages and windows, while Salesforce gives up on whole ones
  int good_pages_ = 0;
};

bool is_due(SalesforceCursor& cursor) {
  if (cursor.listing) return true;
  if (cursor.is_check()) return is_salesforce_check_due(cursor.checked(), cursor.until);
  return std::max(cursor.since(), cursor.at.time) < cursor.until;
}

void begin_run(SalesforceCursor& cursor, TimePoint now) {
  cursor.started = now;
  cursor.until = now - kLag;
}

// Behind the last stage. What changed while the listing ran is read at once, and what changed while a long run did.
void end_run(SalesforceCursor& cursor, SourcePage& page, TimePoint now) {
  if (cursor.listing) {
    cursor.listing = false;
    page.ends_listing = true;
    page.more = true;
    cursor.accounts_since = cursor.contacts_since = cursor.leads_since = cursor.started - kOverlap;
    cursor.contacts_checked = cursor.leads_checked = cursor.started;
  } else {
    page.more = now - cursor.started > kRunIsOld || now < cursor.started;
  }
  cursor.started = cursor.until = {};
}

// What could not be read, since our user does not see that object, is read from where it was once it is seen.
void end_stage(SalesforceCursor& cursor, SourcePage& page, bool was_read, TimePoint now) {
  if (!cursor.listing && !cursor.is_check() && was_read) {
    cursor.since() = std::max(cursor.since(), cursor.until - kOverlap);
  }
  page.more = true;
  while (cursor.next_stage()) {
    if (is_due(cursor)) return;
  }
  end_run(cursor, page, now);
}

std::expected<SourcePage, FetchError> SalesforceConnector::next_page(const std::string& cursor_text, TimePoint now) {
  auto cursor = SalesforceCursor::from_text(cursor_text);
  if (!cursor) {
    return std::unexpected(
        FetchError{FetchErrorKind::cursor_expired, "the checkpoint is not one of this version", std::nullopt, 0});
  }
  SourcePage page;
  page.begins_listing = cursor_text.empty();
  if (cursor->started == TimePoint{}) begin_run(*cursor, now);
  if (!is_due(*cursor)) {
    end_stage(*cursor, page, true, now);
  } else if (cursor->is_check()) {
    const auto ended = check_.add_page(*cursor, page, now);
    if (!ended) return std::unexpected(ended.error());
    page.more = true;
    if (*ended) end_stage(*cursor, page, true, now);
  } else if (const auto added = rows_page(*cursor, page, now); !added) {
    return std::unexpected(added.error());
  }
  page.next_cursor = cursor->to_text();
  return page;
}

// One query of a listing or of a window of changes. Gives the end of the window that it asked for in `until`.
std::expected<SalesforceRows, FetchError> SalesforceConnector::window(const SalesforceCursor& cursor, TimePoint& until,
                                                                      TimePoint now) {
  if (good_pages_ >= kGoodPagesToGrow && halvings_ > 0) {
    --halvings_;
    good_pages_ = 0;
  }
  auto from = cursor.at;
  if (from.id.empty() && !cursor.listing) {
    SalesforceCursor copy = cursor;
    from.time = std::max(from.time, copy.since());
  }
  for (int halvings = 0;; ++halvings) {
    until =
        std::min(cursor.until, from.time + std::max<TimePoint::duration>((cursor.until - from.time) / (1 << halvings_),
                                                                         std::chrono::minutes(1)));
    const auto tail = [&](const SalesforceSelection& selection) {
      return cursor.listing ? soql_listing_tail(cursor.at.id, rows_per_page())
                            : soql_changes_tail(selection.stamp, from, until, rows_per_page());
    };
    auto rows = reader_.read(cursor.object(), Fields::all, tail, now);
    if (rows) {
      ++good_pages_;
      return *std::move(rows);
    }
    if (rows.error().code != "QUERY_TIMEOUT") return std::unexpected(rows.error().error);
    good_pages_ = 0;
    if (halvings_ < kHalvingsMax) ++halvings_;
    if (halvings == kHalvingsPerCall) return std::unexpected(rows.error().error);
  }
}

std::expected<void, FetchError> SalesforceConnector::rows_page(SalesforceCursor& cursor, SourcePage& page,
                                                               TimePoint now) {
  TimePoint until;
  const auto rows = window(cursor, until, now);
  if (!rows) return std::unexpected(rows.error());
  // A clock of ours that runs ahead must not move the windows past changes that are still to come.
  if (cursor.listing) {
    if (page.begins_listing) cursor.started = std::clamp(rows->as_of, now - kClocksDifferMax, now);
  } else {
    const auto reached = std::max(cursor.at.time, cursor.since());
    cursor.until = std::max(std::min(cursor.until, rows->as_of - kLag), std::min(cursor.until, reached));
    until = std::min(until, cursor.until);
  }
  const auto ended = advance(cursor, *rows, until);
  if (!ended) return std::unexpected(ended.error());
  add_rows(page, *rows, now);
  page.more = true;
  if (*ended) end_stage(cursor, page, !rows->selection.stamp.empty(), now);
  return {};
}

// Moves the cursor behind the rows; true at the end of the stage.
std::expected<bool, FetchError> SalesforceConnector::advance(SalesforceCursor& cursor, const SalesforceRows& rows,
                                                             TimePoint until) const {
  const bool all = rows.whole && rows.total < rows_per_page() && rows.rows.size() >= rows.total;
  if (all) {
    if (cursor.listing || until >= cursor.until) return true;
    cursor.at = {until, ""};
    return false;
  }
  for (auto row = rows.rows.rbegin(); row != rows.rows.rend(); ++row) {
    const auto key = read_salesforce_key(*row, rows.selection);
    if (!key) continue;
    const SalesforcePosition reached{cursor.listing ? TimePoint{} : key->stamp, key->id};
    if (reached == cursor.at || reached.time < cursor.at.time) break;
    cursor.at = reached;
    return false;
  }
  return std::unexpected(malformed(fmt::format("the rows of {} stand still", to_string(cursor.object()))));
}

std::string SalesforceConnector::instance_url(TimePoint now) {
  const auto grant = shared_.credential.authorization(now);
  return grant && !grant->base_url.empty() ? grant->base_url : options_.base_url;
}

void SalesforceConnector::add_rows(SourcePage& page, const SalesforceRows& rows, TimePoint now) {
  if (rows.selection.object == SalesforceObject::account) {
    for (const text::JsonView row : rows.rows) {
      if (auto account = read_salesforce_account(row)) {
        page.organizations.push_back(*std::move(account));
      } else {
        page.rejected.push_back({"", RejectReason::no_external_id, "an account without an id"});
      }
    }
    return;
  }
  const bool is_lead = rows.selection.object == SalesforceObject::lead;
  const auto kind = is_lead ? index::RecordKind::lead : index::RecordKind::contact;
  const std::string url = instance_url(now);
  std::set<std::string> named;
  for (const text::JsonView json : rows.rows) {
    auto row = read_salesforce_person(json, rows.selection, options_.mapping, url);
    if (row.kind == SalesforceRow::Kind::bad) {
      page.rejected.push_back({row.external_id,
                               row.external_id.empty() ? RejectReason::no_external_id : RejectReason::bad_row,
                               row.detail});
      continue;
    }
    if (row.kind == SalesforceRow::Kind::gone) {
      page.deletions.push_back({{options_.mapping.source, kind, row.external_id}, row.version, row.merged_into});
      continue;
    }
    if (row.organization && named.insert(row.organization->id).second) {
      page.organizations.push_back(*std::move(row.organization));
    }
    auto record = map_record(std::move(row.raw), options_.mapping, parser_);
    if (record) {
      page.records.push_back(*std::move(record));
    } else {
      page.rejected.push_back(std::move(record.error()));
    }
  }
}

FetchedRecord SalesforceConnector::fetched(index::RecordId id, text::JsonView json,
                                           const SalesforceSelection& selection, TimePoint as_of, TimePoint now) {
  FetchedRecord result;
  result.id = std::move(id);
  result.as_of = as_of;
  auto row = read_salesforce_person(json, selection, options_.mapping, instance_url(now));
  if (row.kind == SalesforceRow::Kind::bad) {
    result.rejected = Rejected{row.external_id, RejectReason::bad_row, row.detail};
    return result;
  }
  if (row.kind == SalesforceRow::Kind::gone) {
    result.merged_into = std::move(row.merged_into);
    return result;
  }
  if (row.organization) result.organizations.push_back(*std::move(row.organization));
  auto record = map_record(std::move(row.raw), options_.mapping, parser_);
  if (record) {
    result.record = *std::move(record);
  } else {
    result.rejected = std::move(record.error());
  }
  return result;
}

std::expected<FetchedRecord, FetchError> SalesforceConnector::fetch(const index::RecordId& id, TimePoint now) {
  FetchedRecord nobody;
  nobody.id = id;
  nobody.as_of = now;
  const auto external_id = salesforce_id(id.external_id);
  if (id.kind == index::RecordKind::local || !external_id) return nobody;
  nobody.id.external_id = *external_id;
  const auto rows = reader_.read(
      salesforce_object(id.kind), Fields::all,
      [&](const SalesforceSelection&) { return " WHERE Id = '" + *external_id + "'"; }, now);
  if (!rows) return std::unexpected(rows.error().error);
  if (!rows->whole || rows->rows.size() > 1) return std::unexpected(malformed("one row was asked for by its id"));
  nobody.as_of = rows->as_of;
  // queryAll shows deleted rows too: this one is purged, or out of our user's sight.
  nobody.hidden = rows->rows.empty();
  if (nobody.hidden) return nobody;
  if (salesforce_id(rows->rows.front()["Id"].text().value_or("")) != external_id) {
    return std::unexpected(malformed("the answer is about another row"));
  }
  return fetched(nobody.id, rows->rows.front(), rows->selection, rows->as_of, now);
}

std::expected<index::OrganizationName, FetchError> SalesforceConnector::fetch_organization(const std::string& id,
                                                                                           TimePoint now) {
  const auto account_id = salesforce_id(id);
  if (!account_id) {
    return std::unexpected(
        FetchError{FetchErrorKind::not_found, "no id of an account: " + text::printable(id), std::nullopt, 0});
  }
  const auto rows = reader_.read(
      SalesforceObject::account, Fields::all,
      [&](const SalesforceSelection&) { return " WHERE Id = '" + *account_id + "'"; }, now);
  if (!rows) return std::unexpected(rows.error().error);
  if (rows->rows.empty() && rows->whole) return index::OrganizationName{*account_id, ""};
  auto account = rows->rows.empty() ? std::nullopt : read_salesforce_account(rows->rows.front());
  if (!account || account->id != *account_id) return std::unexpected(malformed("no such account in the answer"));
  return *std::move(account);
}

std::expected<std::vector<FetchedRecord>, FetchError> SalesforceConnector::find_by_phone(telephony::PhoneNumber number,
                                                                                         TimePoint now) {
  const auto found =
      search_salesforce(api_, reader_, options_, salesforce_search_terms(parser_, number), kSearchHitsMax, now);
  if (!found) return std::unexpected(found.error());
  std::vector<FetchedRecord> results;
  for (const auto& hit : found->hits) {
    if (results.size() == kSearchHitsMax) break;
    auto id = salesforce_id(hit.row["Id"].text().value_or(""));
    if (!id) continue;
    const bool is_lead = hit.object == SalesforceObject::lead;
    index::RecordId record_id{options_.mapping.source, is_lead ? index::RecordKind::lead : index::RecordKind::contact,
                              *std::move(id)};
    if (found->only_ids) {
      auto one = fetch(record_id, now);
      if (!one) return std::unexpected(one.error());
      results.push_back(*std::move(one));
      continue;
    }
    const auto selection = std::ranges::find(found->selections, hit.object, &SalesforceSelection::object);
    if (selection == found->selections.end()) continue;
    results.push_back(fetched(std::move(record_id), hit.row, *selection, found->as_of, now));
  }
  return results;
}

std::expected<std::vector<Hint>, WebhookRefusal> SalesforceConnector::read_webhook(const WebhookRequest& request,
                                                                                   TimePoint now) const {
  auto hints = read_generic_webhook(request, options_.webhook_secret, now);
  if (!hints) return hints;
  for (Hint& hint : *hints) {
    bool good = true;
    for (std::string& id : hint.ids) {
      const auto whole = salesforce_id(id);
      good = good && whole;
      if (whole) id = *whole;
    }
    if (!hint.into.empty()) hint.into = salesforce_id(hint.into).value_or("");
    const bool is_conversion =
        hint.record_kind == index::RecordKind::lead &&
        (hint.into.starts_with(kContactPrefix) ||
         std::ranges::any_of(hint.ids, [](const auto& id) { return id.starts_with(kContactPrefix); }));
    if (is_conversion) {
      // The lead itself tells the contact that it became.
      hint.kind = Hint::Kind::refetch;
      hint.into.clear();
      std::erase_if(hint.ids, [](const auto& id) { return id.starts_with(kContactPrefix); });
    }
    if (!good) {
      hint.kind = Hint::Kind::ignored;
      hint.ids.clear();
    }
  }
  return hints;
}

}  // namespace

std::unique_ptr<Connector> make_salesforce_connector(SalesforceOptions options, SalesforceShared shared,
                                                     std::shared_ptr<MovingHttpClient> http,
                                                     const telephony::NumberParser& parser) {
  return std::make_unique<SalesforceConnector>(std::move(options), shared, std::move(http), parser);
}

}  // namespace ringdex::sync
