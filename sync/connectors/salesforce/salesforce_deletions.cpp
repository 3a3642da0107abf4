#include "sync/connectors/salesforce/salesforce_deletions.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "sync/connectors/salesforce/salesforce_id.h"
#include "sync/connectors/salesforce/salesforce_rows.h"
#include "sync/json_fields.h"
#include "telephony/text/percent_encoding.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

// Beyond this a full copy costs less than asking for each.
constexpr std::size_t kDeletionsMax = 50'000;
constexpr std::chrono::days kLogReach{15};
// deletedDate is cut to the second; what was deleted within it must still be newer than the row's last change.
constexpr std::chrono::milliseconds kRestOfSecond{999};

FetchError expired(const std::string& why) {
  return {FetchErrorKind::cursor_expired, why, std::nullopt, 0};
}

TimePoint to_minute(TimePoint time) {
  return std::chrono::floor<std::chrono::minutes>(time);
}

std::string target_of(const SalesforceOptions& options, const SalesforceCursor& cursor, TimePoint since) {
  const auto time = [](TimePoint point) {
    std::string text = text::format_iso_seconds(point);
    text.pop_back();
    return text::percent_encoded(text + "+00:00");
  };
  return fmt::format("/services/data/{}/sobjects/{}/deleted/?start={}&end={}", options.api_version,
                     to_string(cursor.object()), time(since), time(cursor.until));
}

}  // namespace

std::optional<SalesforceDeletions> read_salesforce_deletions(text::JsonView answer) {
  const text::JsonView rows = answer["deletedRecords"];
  if (!rows.is_list()) return std::nullopt;
  SalesforceDeletions result;
  result.earliest_available = iso_time(answer["earliestDateAvailable"]);
  result.covered_until = iso_time(answer["latestDateCovered"]);
  for (const text::JsonView row : rows) {
    auto id = salesforce_id(row["id"].text().value_or(""));
    const auto at = iso_time(row["deletedDate"]);
    if (id && at) result.deletions.push_back({*at, *std::move(id)});
  }
  std::ranges::sort(result.deletions);
  return result;
}

bool is_salesforce_check_due(TimePoint since, TimePoint until) {
  return to_minute(until) - to_minute(since) > std::chrono::minutes(1);
}

std::expected<const SalesforceDeletions*, SalesforceError> SalesforceDeletionCheck::ask(const std::string& target,
                                                                                        TimePoint now) {
  if (kept_ && kept_->target == target) return &kept_->answer;
  const auto answer = api_.get(target, now);
  if (!answer) return std::unexpected(answer.error());
  auto deletions = read_salesforce_deletions(answer->body);
  if (!deletions) return std::unexpected(salesforce_malformed("GET deleted: no list in the answer"));
  kept_ = Kept{target, *std::move(deletions)};
  return &kept_->answer;
}

// Of the ids, those that queryAll still shows are left to it, alive or deleted; it alone knows who survived a merge.
std::expected<void, FetchError> SalesforceDeletionCheck::add(const SalesforceCursor& cursor,
                                                             std::span<const SalesforceDeletion> deletions,
                                                             SourcePage& page, TimePoint now) {
  const auto object = cursor.object();
  std::vector<std::string> ids;
  for (const auto& deletion : deletions) ids.push_back(deletion.id);
  const auto rows = reader_.read(
      object, SalesforceReader::Fields::fate,
      [&ids](const SalesforceSelection&) { return " WHERE Id IN " + soql_id_list(ids); }, now);
  if (!rows) return std::unexpected(rows.error().error);
  if (!rows->whole) {
    return std::unexpected(
        FetchError{FetchErrorKind::unavailable, "what became of deleted rows came in part only", std::nullopt, 200});
  }
  std::map<std::string, SalesforceRow> known;
  for (const text::JsonView row : rows->rows) {
    auto read = read_salesforce_person(row, rows->selection, options_.mapping, "");
    std::string id = read.external_id;
    known.emplace(std::move(id), std::move(read));
  }
  const auto kind = object == SalesforceObject::lead ? index::RecordKind::lead : index::RecordKind::contact;
  for (const auto& deletion : deletions) {
    const index::RecordId id{options_.mapping.source, kind, deletion.id};
    const auto found = known.find(deletion.id);
    if (found == known.end()) {
      const auto version = (deletion.at + kRestOfSecond).time_since_epoch().count();
      page.deletions.push_back({id, version, std::nullopt});
    } else if (found->second.kind == SalesforceRow::Kind::gone) {
      page.deletions.push_back({id, found->second.version, found->second.merged_into});
    }
  }
  return {};
}

std::expected<bool, FetchError> SalesforceDeletionCheck::add_page(SalesforceCursor& cursor, SourcePage& page,
                                                                  TimePoint now) {
  const auto description = reader_.describe(cursor.object(), now);
  if (!description) return std::unexpected(description.error().error);
  if (!(*description)->exists || !(*description)->replicateable) return true;
  const TimePoint since = cursor.checked();
  if (now - since > kLogReach) return std::unexpected(expired("deletions are known for 15 days only"));
  const auto answer = ask(target_of(options_, cursor, since), now);
  if (!answer) {
    const auto& [error, code] = answer.error();
    // Refused because the clocks differ, it is asked again from the same moment with the next run.
    if (code == "INVALID_REPLICATION_DATE") return true;
    const bool too_large = error.kind == FetchErrorKind::malformed && error.http_status == 0;
    if (code == "EXCEEDED_ID_LIMIT" || too_large) return std::unexpected(expired("too many deletions to list"));
    return std::unexpected(error);
  }
  const SalesforceDeletions& log = **answer;
  if (log.earliest_available && to_minute(*log.earliest_available) > since) {
    return std::unexpected(expired("the log of deletions begins behind the last one that was read"));
  }
  if (log.deletions.size() > kDeletionsMax) return std::unexpected(expired("more deletions than are worth asking for"));
  const auto first = std::ranges::upper_bound(log.deletions, SalesforceDeletion{cursor.at.time, cursor.at.id});
  const std::span<const SalesforceDeletion> rest(first, log.deletions.end());
  const auto batch = rest.first(std::min(rest.size(), reader_.ids_max()));
  if (!batch.empty()) {
    if (const auto added = add(cursor, batch, page, now); !added) return std::unexpected(added.error());
  }
  if (batch.size() < rest.size()) {
    cursor.at = {batch.back().at, batch.back().id};
    return false;
  }
  if (log.covered_until) cursor.checked() = std::clamp(*log.covered_until, since, std::max(since, cursor.until));
  kept_.reset();
  return true;
}

}  // namespace ringdex::sync
