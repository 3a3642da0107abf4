#include "sync/connectors/zendesk/zendesk.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "sync/connectors/zendesk/zendesk_api.h"
#include "sync/connectors/zendesk/zendesk_cursor.h"
#include "sync/connectors/zendesk/zendesk_rows.h"
#include "sync/connectors/zendesk/zendesk_webhook.h"
#include "sync/http/http_failure.h"
#include "sync/json_fields.h"
#include "sync/national_digits.h"
#include "telephony/text/percent_encoding.h"
#include "telephony/text/printable.h"

namespace ringdex::sync {
namespace {

using text::JsonDocument;
using text::JsonView;
using Budget = ZendeskApi::Budget;
using Stage = ZendeskCursor::Stage;

// The export leaves out the last minute, and refuses a start_time inside it.
constexpr std::int64_t kExportLagSeconds = 61;
// A page that is too large answers 504. So does an outage, hence only a few smaller pages are tried at once.
constexpr int kHalvingsPerCall = 3;
constexpr int kGoodPagesToGrow = 10;
constexpr std::size_t kAfterCursorBytesMax = 4096;
constexpr int kIdentityPagesMax = 20;
constexpr std::size_t kHalfReadMax = 2;

FetchError malformed(const std::string& what, const std::string& why) {
  return {FetchErrorKind::malformed, what + ": " + why, std::nullopt, 200};
}

bool too_recent(const HttpResponse& response) {
  return response.status == 422 && response.body.find("oo recent start_time") != std::string::npos;
}

std::int64_t unix_seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

class ZendeskConnector : public Connector {
 public:
  ZendeskConnector(ZendeskOptions options, ZendeskShared shared, std::shared_ptr<MovingHttpClient> http,
                   const telephony::NumberParser& parser)
      : options_(std::move(options)),
        api_(shared, std::move(http)),
        parser_(parser),
        per_page_(std::max<std::size_t>(options_.per_page_max, 1)) {
    options_.per_page_max = per_page_;
    while (options_.base_url.ends_with('/')) options_.base_url.pop_back();
  }

  std::expected<SourcePage, FetchError> next_page(const std::string& cursor_text, TimePoint now) override {
    auto cursor = ZendeskCursor::from_text(cursor_text);
    if (!cursor) {
      return std::unexpected(
          FetchError{FetchErrorKind::cursor_expired, "the checkpoint is not one of this version", std::nullopt, 0});
    }
    const bool organizations_due =
        cursor->stage == Stage::organizations && cursor->organizations_since <= unix_seconds(now) - kExportLagSeconds;
    auto page = organizations_due ? organizations_page(*cursor, now) : users_page(*cursor, cursor_text, now);
    if (page) page->begins_listing = cursor_text.empty();
    return page;
  }

  std::expected<FetchedRecord, FetchError> fetch(const index::RecordId& id, TimePoint now) override;
  std::expected<index::OrganizationName, FetchError> fetch_organization(const std::string& id, TimePoint now) override;

  std::expected<std::vector<FetchedRecord>, FetchError> find_by_phone(telephony::PhoneNumber number,
                                                                      TimePoint now) override;

  std::expected<std::vector<Hint>, WebhookRefusal> read_webhook(const WebhookRequest& request,
                                                                TimePoint now) const override {
    return read_zendesk_webhook(request, options_.webhook_secret, now);
  }

  std::uint64_t requests_sent() const override { return api_.requests_sent(); }
  RequestsLeft requests_left(TimePoint now) const override { return api_.requests_left(now); }

 private:
  // A page of users whose identities came in part when a limit was met; the next call goes on from here.
  struct HalfRead {
    JsonDocument answer;
    std::map<std::string, std::vector<ZendeskIdentity>> identities;
  };

  std::expected<SourcePage, FetchError> organizations_page(ZendeskCursor cursor, TimePoint now);
  std::expected<SourcePage, FetchError> users_page(ZendeskCursor cursor, const std::string& cursor_text, TimePoint now);
  // 200 and 422 as they are, 504 after smaller pages were tried as well; all else is an error.
  std::expected<HttpResponse, FetchError> get_export(const std::string& target, TimePoint now);
  std::expected<std::optional<JsonDocument>, FetchError> get_users(const ZendeskCursor& cursor, TimePoint now);
  std::expected<void, FetchError> complete_identities(HalfRead& half, TimePoint now);
  // nullopt if the user is gone.
  std::expected<std::optional<std::vector<ZendeskIdentity>>, FetchError> identities_of(const std::string& user_id,
                                                                                       TimePoint now);
  std::expected<void, FetchError> settle(FetchedRecord& result, ZendeskUserRow row, TimePoint now);
  void add_user(SourcePage& page, JsonView user, const HalfRead& half, TimePoint now) const;

  ZendeskOptions options_;
  ZendeskApi api_;
  const telephony::NumberParser& parser_;
  std::size_t per_page_;  // now; options_.per_page_max unless Zendesk gave up on such large pages
  int good_pages_ = 0;
  // By cursor: a delta between two pages of a sweep must not throw away what the sweep has read.
  std::map<std::string, HalfRead> half_read_;
};

std::expected<HttpResponse, FetchError> ZendeskConnector::get_export(const std::string& target, TimePoint now) {
  // Grown before a request and not after it, so that per_page_ is what the answer in hand was asked with.
  if (good_pages_ >= kGoodPagesToGrow) {
    per_page_ = std::min(per_page_ * 2, options_.per_page_max);
    good_pages_ = 0;
  }
  for (int halvings = 0;; ++halvings) {
    auto response = api_.get(target + "&per_page=" + std::to_string(per_page_), Budget::exports, now);
    if (!response || response->status == 422 || response->status == 400) return response;
    if (response->status == 200) {
      if (per_page_ < options_.per_page_max) ++good_pages_;
      return response;
    }
    const bool smaller_may_do = response->status == 504 && per_page_ > 1;
    if (smaller_may_do) {
      per_page_ /= 2;
      good_pages_ = 0;
    }
    if (!smaller_may_do || halvings == kHalvingsPerCall) {
      auto failure = http_failure(*response, zendesk_what(target), now);
      // An export is always there; 404 means that the address is not that of a Zendesk.
      if (failure.kind == FetchErrorKind::not_found) failure.kind = FetchErrorKind::malformed;
      return std::unexpected(std::move(failure));
    }
  }
}

std::expected<SourcePage, FetchError> ZendeskConnector::organizations_page(ZendeskCursor cursor, TimePoint now) {
  const std::string target =
      "/api/v2/incremental/organizations.json?start_time=" + std::to_string(cursor.organizations_since);
  const std::string what = zendesk_what(target);
  const auto response = get_export(target, now);
  if (!response) return std::unexpected(response.error());
  SourcePage page;
  page.more = true;
  if (too_recent(*response)) {
    cursor.stage = Stage::users;
    page.next_cursor = cursor.to_text();
    return page;
  }
  if (response->status != 200) return std::unexpected(http_failure(*response, what, now));
  const auto answer = zendesk_object(*response, what);
  if (!answer) return std::unexpected(answer.error());
  const JsonView rows = (*answer)["organizations"];
  if (!rows.is_list()) return std::unexpected(malformed(what, "no organizations in the answer"));
  for (const JsonView row : rows) {
    if (auto organization = read_zendesk_organization(row)) {
      page.organizations.push_back(*std::move(organization));
    } else {
      page.rejected.push_back({"", RejectReason::no_external_id, "an organization without an id"});
    }
  }

  // Older accounts do not send end_of_stream here; a page that is not full is their last one.
  const bool end = (*answer)["end_of_stream"].boolean().value_or(rows.size() < per_page_);
  const std::uint64_t end_time = (*answer)["end_time"].natural().value_or(0);
  const auto reached = static_cast<std::int64_t>(std::min(end_time, static_cast<std::uint64_t>(unix_seconds(now))));
  if (!end && reached <= cursor.organizations_since) {
    return std::unexpected(malformed(what, "the export stands still: more organizations changed in second " +
                                               std::to_string(cursor.organizations_since) + " than a page holds"));
  }
  cursor.organizations_since = std::max(cursor.organizations_since, reached);
  if (end) cursor.stage = Stage::users;
  page.next_cursor = cursor.to_text();
  return page;
}

std::expected<std::optional<JsonDocument>, FetchError> ZendeskConnector::get_users(const ZendeskCursor& cursor,
                                                                                   TimePoint now) {
  const std::int64_t start = std::clamp<std::int64_t>(unix_seconds(now) - kExportLagSeconds, 0, cursor.users_since);
  const std::string target = "/api/v2/incremental/users/cursor.json?include=identities&" +
                             (cursor.after_cursor.empty() ? "start_time=" + std::to_string(start)
                                                          : "cursor=" + text::percent_encoded(cursor.after_cursor));
  const std::string what = zendesk_what(target);
  const auto response = get_export(target, now);
  if (!response) return std::unexpected(response.error());
  if (too_recent(*response)) return std::nullopt;
  if (response->status != 200) {
    auto failure = http_failure(*response, what, now);
    if (!cursor.after_cursor.empty()) failure.kind = FetchErrorKind::cursor_expired;
    return std::unexpected(std::move(failure));
  }
  auto answer = zendesk_object(*response, what);
  if (!answer) return std::unexpected(answer.error());
  if (!(*answer)["users"].is_list()) return std::unexpected(malformed(what, "no users in the answer"));
  const auto end = (*answer)["end_of_stream"].boolean();
  if (!end) return std::unexpected(malformed(what, "no end_of_stream in the answer"));
  const std::string after = (*answer)["after_cursor"].text_or_empty();
  if (after.size() > kAfterCursorBytesMax) return std::unexpected(malformed(what, "after_cursor is too long"));
  // Checked before the page is handed on: it would come again for ever.
  if (!*end && !after.empty() && after == cursor.after_cursor) {
    return std::unexpected(malformed(what, "the cursor stands still"));
  }
  return *std::move(answer);
}

// The end of the stream is the end of the listing only when it also shows what the first one left out.
void end_listing(ZendeskCursor& cursor, SourcePage& page, TimePoint now) {
  if (!cursor.listing) return;
  if (cursor.listed_until == 0) {
    cursor.listed_until = unix_seconds(now);
  } else if (unix_seconds(now) - cursor.listed_until > 2 * kExportLagSeconds) {
    cursor.listing = false;
    cursor.listed_until = 0;
    page.ends_listing = true;
  }
}

std::expected<SourcePage, FetchError> ZendeskConnector::users_page(ZendeskCursor cursor, const std::string& cursor_text,
                                                                   TimePoint now) {
  SourcePage page;
  cursor.stage = Stage::organizations;  // where the next run starts, unless this one has more users
  if (!half_read_.contains(cursor_text)) {
    if (half_read_.size() >= kHalfReadMax) half_read_.clear();
    auto answer = get_users(cursor, now);
    if (!answer) return std::unexpected(answer.error());
    if (!*answer) {
      page.next_cursor = cursor.to_text();
      return page;
    }
    half_read_[cursor_text].answer = **std::move(answer);
  }
  if (auto complete = complete_identities(half_read_[cursor_text], now); !complete) {
    return std::unexpected(complete.error());
  }
  const HalfRead whole = std::move(half_read_[cursor_text]);
  half_read_.erase(cursor_text);

  for (const JsonView user : whole.answer["users"]) add_user(page, user, whole, now);
  const bool end = whole.answer["end_of_stream"].boolean().value_or(true);
  const std::string after = whole.answer["after_cursor"].text_or_empty();
  if (!after.empty()) cursor.after_cursor = after;
  if (end) {
    end_listing(cursor, page, now);
  } else if (!after.empty()) {
    cursor.stage = Stage::users;
    page.more = true;
  }  // else Zendesk stops without saying that this was the end: the kept cursor is asked again in the next run
  page.next_cursor = cursor.to_text();
  return page;
}

void ZendeskConnector::add_user(SourcePage& page, JsonView user, const HalfRead& half, TimePoint now) const {
  auto row = read_zendesk_user(user, options_.mapping, options_.base_url, now);
  switch (row.kind) {
    case ZendeskUserRow::Kind::bad:
      page.rejected.push_back({row.external_id,
                               row.external_id.empty() ? RejectReason::no_external_id : RejectReason::bad_row,
                               row.detail});
      return;
    case ZendeskUserRow::Kind::not_a_caller:
      ++page.ignored;
      [[fallthrough]];  // whoever became an agent since must leave the index; of an unknown id this is nothing
    case ZendeskUserRow::Kind::gone:
      page.deletions.push_back(
          {{options_.mapping.source, index::RecordKind::contact, row.external_id}, row.version, std::nullopt});
      return;
    case ZendeskUserRow::Kind::caller:
      break;
  }
  if (const auto found = half.identities.find(row.external_id); found != half.identities.end()) {
    add_zendesk_identities(row.raw, found->second);
  }
  auto record = map_record(std::move(row.raw), options_.mapping, parser_);
  if (record) {
    page.records.push_back(*std::move(record));
  } else {
    page.rejected.push_back(std::move(record.error()));
  }
}

std::expected<void, FetchError> ZendeskConnector::complete_identities(HalfRead& half, TimePoint now) {
  if (const JsonView sideload = half.answer["identities"]; sideload.is_list()) {
    half.identities = read_zendesk_identities(sideload);
    return {};
  }
  for (const JsonView user : half.answer["users"]) {
    const auto row = read_zendesk_user(user, options_.mapping, options_.base_url, now);
    if (row.kind != ZendeskUserRow::Kind::caller || half.identities.contains(row.external_id)) continue;
    auto identities = identities_of(row.external_id, now);
    if (!identities) return std::unexpected(identities.error());
    // Gone since the export was made: the deletion comes with a later page.
    half.identities[row.external_id] = std::move(*identities).value_or(std::vector<ZendeskIdentity>{});
  }
  return {};
}

std::expected<std::optional<std::vector<ZendeskIdentity>>, FetchError> ZendeskConnector::identities_of(
    const std::string& user_id, TimePoint now) {
  const std::string path = "/api/v2/users/" + user_id + "/identities?page%5Bsize%5D=100";
  std::vector<ZendeskIdentity> all;
  std::string after;
  for (int pages = 0; pages < kIdentityPagesMax; ++pages) {
    const auto answer =
        api_.get_record(after.empty() ? path : path + "&page%5Bafter%5D=" + text::percent_encoded(after), now);
    if (!answer) return std::unexpected(answer.error());
    if (!*answer) return std::nullopt;
    const JsonView rows = (**answer)["identities"];
    if (!rows.is_list()) return std::unexpected(malformed(zendesk_what(path), "no identities in the answer"));
    for (auto& [owner, identities] : read_zendesk_identities(rows)) {
      if (owner == user_id) all.insert(all.end(), identities.begin(), identities.end());
    }
    const JsonView meta = (**answer)["meta"];
    if (!meta["has_more"].boolean().value_or(false)) {
      sort_by_id(all);
      return all;
    }
    const std::string next = meta["after_cursor"].text_or_empty();
    if (next.empty() || next == after || next.size() > kAfterCursorBytesMax) {
      return std::unexpected(malformed(zendesk_what(path), "the cursor stands still"));
    }
    after = next;
  }
  return std::unexpected(malformed(zendesk_what(path), "more identities than can be read"));
}

std::expected<FetchedRecord, FetchError> ZendeskConnector::fetch(const index::RecordId& id, TimePoint now) {
  FetchedRecord result;
  result.id = id;
  result.as_of = now;
  if (id.kind != index::RecordKind::contact || !digit_id(std::string_view(id.external_id))) return result;

  const std::string target = "/api/v2/users/" + id.external_id + ".json";
  const auto answer = api_.get_record(target, now, &result.as_of);
  if (!answer) return std::unexpected(answer.error());
  if (!*answer) return result;
  const JsonView user = (**answer)["user"];
  if (!user) return std::unexpected(malformed(zendesk_what(target), "no user in the answer"));
  auto row = read_zendesk_user(user, options_.mapping, options_.base_url, now);
  if (row.external_id != id.external_id) {
    return std::unexpected(malformed(zendesk_what(target), "the answer is about another user"));
  }
  if (auto settled = settle(result, std::move(row), now); !settled) return std::unexpected(settled.error());
  return result;
}

// What a user's row comes to, with the identities and the organization that are asked for besides.
std::expected<void, FetchError> ZendeskConnector::settle(FetchedRecord& result, ZendeskUserRow row, TimePoint now) {
  if (row.kind == ZendeskUserRow::Kind::bad) {
    result.rejected = Rejected{row.external_id, RejectReason::bad_row, row.detail};
    return {};
  }
  if (row.kind != ZendeskUserRow::Kind::caller) return {};

  const auto identities = identities_of(row.external_id, now);
  if (!identities) return std::unexpected(identities.error());
  if (!*identities) return {};
  add_zendesk_identities(row.raw, **identities);
  if (const auto organization_id = row.raw.record.organization_id; !organization_id.empty()) {
    auto organization = fetch_organization(organization_id, now);
    if (!organization) return std::unexpected(organization.error());
    result.organizations.push_back(*std::move(organization));
  }
  auto record = map_record(std::move(row.raw), options_.mapping, parser_);
  if (record) {
    result.record = *std::move(record);
  } else {
    result.rejected = std::move(record.error());
  }
  return {};
}

std::expected<std::vector<FetchedRecord>, FetchError> ZendeskConnector::find_by_phone(telephony::PhoneNumber number,
                                                                                      TimePoint now) {
  // The asterisk finds numbers that are stored with other digits in front, and in any punctuation.
  const std::string target = "/api/v2/users/search.json?query=" +
                             text::percent_encoded("role:end-user phone:*" + national_digits(number, parser_)) +
                             "&per_page=" + std::to_string(kSearchHitsMax);
  std::vector<FetchedRecord> found;
  TimePoint as_of = now;
  const auto answer = api_.get_record(target, now, &as_of);
  if (!answer) return std::unexpected(answer.error());
  const JsonView users = *answer ? (**answer)["users"] : JsonView();
  if (!users.is_list()) return std::unexpected(malformed(zendesk_what(target), "no users in the answer"));
  for (const JsonView user : users) {
    if (found.size() == kSearchHitsMax) break;
    auto row = read_zendesk_user(user, options_.mapping, options_.base_url, now);
    if (row.kind != ZendeskUserRow::Kind::caller) continue;
    FetchedRecord result;
    result.id = {options_.mapping.source, index::RecordKind::contact, row.external_id};
    result.as_of = as_of;
    if (auto settled = settle(result, std::move(row), now); !settled) return std::unexpected(settled.error());
    found.push_back(std::move(result));
  }
  return found;
}

std::expected<index::OrganizationName, FetchError> ZendeskConnector::fetch_organization(const std::string& id,
                                                                                        TimePoint now) {
  if (!digit_id(std::string_view(id))) {
    return std::unexpected(
        FetchError{FetchErrorKind::not_found, "no id of an organization: " + text::printable(id), std::nullopt, 0});
  }
  const std::string target = "/api/v2/organizations/" + id + ".json";
  const auto answer = api_.get_record(target, now);
  if (!answer) return std::unexpected(answer.error());
  if (!*answer) return index::OrganizationName{id, ""};
  auto name = read_zendesk_organization((**answer)["organization"]);
  if (!name || name->id != id) {
    return std::unexpected(malformed(zendesk_what(target), "no such organization in the answer"));
  }
  return *std::move(name);
}

}  // namespace

std::unique_ptr<Connector> make_zendesk_connector(ZendeskOptions options, ZendeskShared shared,
                                                  std::shared_ptr<MovingHttpClient> http,
                                                  const telephony::NumberParser& parser) {
  return std::make_unique<ZendeskConnector>(std::move(options), shared, std::move(http), parser);
}

}  // namespace ringdex::sync
