#include "sync/connectors/pipedrive/pipedrive_lists.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "telephony/text/percent_encoding.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using text::JsonView;
using Stage = PipedriveCursor::Stage;

// What a list may show late, and how far its clock may be ahead of ours.
constexpr std::chrono::milliseconds kOverlap = std::chrono::minutes(10);
constexpr unsigned kCursorRefusalsMax = 3;
// A list by offset moves when a row before the offset leaves it. The pages overlap by so many rows; if none of the last
// ones is met again, the rows before are read again.
constexpr std::uint64_t kAnchors = 5;
constexpr unsigned kStepsBackMax = 20;
constexpr std::uint64_t kStartMax = 100'000'000;
constexpr std::size_t kCustomFieldsAskedMax = 15;  // by the documentation

std::int64_t milliseconds_of(TimePoint time) {
  return time.time_since_epoch().count();
}

// A Date from far ahead would let changes be passed over, so it counts only as far as clocks differ.
std::int64_t beginning(const PipedriveList& list, bool listing, TimePoint now) {
  if (list.answered_at) return std::max<std::int64_t>(milliseconds_of(std::min(*list.answered_at, now + kOverlap)), 0);
  return listing ? milliseconds_of(now) : 0;
}

// All that changed before the list began is on its pages. Without a Date header the newest row tells: in a list that is
// ordered by the update time nothing older comes after it.
std::int64_t reached(const PipedriveCursor& cursor, std::int64_t before, TimePoint now) {
  if (cursor.began != 0) return cursor.began;
  return std::max(before, std::min(cursor.seen, milliseconds_of(now)));
}

std::string since_text(std::int64_t since) {
  const std::int64_t from = std::max<std::int64_t>(since - kOverlap.count(), 0);
  return text::percent_encoded(text::format_iso_seconds(TimePoint(std::chrono::milliseconds(from))));
}

void note_seen(PipedriveCursor& cursor, JsonView row) {
  if (const auto time = pipedrive_updated_at(row)) cursor.seen = std::max(cursor.seen, milliseconds_of(*time));
}

// A row at its place: if the place moves, it is no longer the same.
std::string anchor_of(JsonView row, bool by_update) {
  return lead_id(row["id"]).value_or("") + "@" + row[by_update ? "update_time" : "add_time"].text_or_empty();
}

// Each page says whether there is more; only the first one need not, where there is nothing at all.
bool is_whole(const PipedriveList& list, bool is_first) {
  return list.has_paging || (is_first && list.rows.empty());
}

// Whether the page goes on where the one before ended.
bool is_continued(const PipedriveCursor& cursor, const PipedriveList& list, bool by_update) {
  if (cursor.anchors.empty() || cursor.restarts >= kStepsBackMax) return true;
  if (list.rows.empty()) return list.more;
  return std::ranges::any_of(list.rows, [&](JsonView row) {
    return std::ranges::find(cursor.anchors, anchor_of(row, by_update)) != cursor.anchors.end();
  });
}

void set_anchors(PipedriveCursor& cursor, JsonView rows, bool by_update) {
  cursor.anchors.clear();
  const std::size_t first = rows.size() - std::min<std::size_t>(rows.size(), kAnchors);
  for (std::size_t i = first; i < rows.size(); ++i) cursor.anchors.push_back(anchor_of(rows.at(i), by_update));
}

void add_row(SourcePage& page, PipedriveRow row, index::RecordKind kind, const MappingOptions& mapping,
             const telephony::NumberParser& parser) {
  if (row.kind == PipedriveRow::Kind::gone) {
    page.deletions.push_back({{mapping.source, kind, row.external_id}, row.version, std::nullopt});
    return;
  }
  if (row.kind != PipedriveRow::Kind::caller) {
    page.rejected.push_back(rejected_row(row, mapping));
    return;
  }
  auto record = map_record(std::move(row.raw), mapping, parser);
  if (record) {
    page.records.push_back(*std::move(record));
  } else {
    page.rejected.push_back(std::move(record.error()));
  }
}

}  // namespace

std::string custom_fields_query(const MappingOptions& mapping) {
  std::string keys;
  std::size_t count = 0;
  for (const auto& name : mapping.custom_field_names()) {
    if (!is_field_hash(name)) continue;
    keys += (keys.empty() ? "" : ",") + name;
    ++count;
  }
  return count == 0 || count > kCustomFieldsAskedMax ? "" : "&custom_fields=" + text::percent_encoded(keys);
}

std::string pipedrive_pages_url(PipedriveApi& api, const PipedriveOptions& options, TimePoint now) {
  std::string url = api.company_url(now);
  if (url.empty()) url = options.base_url;
  while (url.ends_with('/')) url.pop_back();
  // The address that all companies share has no pages.
  return url.ends_with("//api.pipedrive.com") ? std::string() : url;
}

Rejected rejected_row(const PipedriveRow& row, const MappingOptions& mapping) {
  if (row.kind == PipedriveRow::Kind::no_person) {
    return {row.external_id, RejectReason::no_name, row.detail,
            index::Deletion{{mapping.source, index::RecordKind::lead, row.external_id}, row.version, {}, true}};
  }
  return {row.external_id, row.external_id.empty() ? RejectReason::no_external_id : RejectReason::bad_row, row.detail};
}

std::expected<SourcePage, FetchError> PipedriveLists::next_page(const std::string& cursor_text, TimePoint now) {
  auto cursor = PipedriveCursor::from_text(cursor_text);
  if (!cursor) {
    return std::unexpected(
        FetchError{FetchErrorKind::cursor_expired, "the checkpoint is not one of this version", std::nullopt, 0});
  }
  std::expected<SourcePage, FetchError> page;
  if (cursor->stage == Stage::organizations || cursor->stage == Stage::persons) {
    page = cursor_page(*std::move(cursor), now);
  } else if (options_.leads) {
    page = offset_page(*std::move(cursor), now);
  } else {
    // Leads were switched off since.
    cursor->enter(Stage::persons);
    finish_stage(*cursor, *page, now);
  }
  if (page) page->begins_listing = cursor_text.empty();
  return page;
}

void PipedriveLists::finish_stage(PipedriveCursor& cursor, SourcePage& page, TimePoint now) const {
  page.more = true;
  bool round_ends = false;
  switch (cursor.stage) {
    case Stage::organizations:
      cursor.organizations_since = reached(cursor, cursor.organizations_since, now);
      cursor.enter(Stage::persons);
      break;
    case Stage::persons:
      cursor.persons_since = reached(cursor, cursor.persons_since, now);
      cursor.enter(Stage::leads);
      round_ends = !options_.leads;
      break;
    case Stage::leads:
      if (!cursor.listing && cursor.leads_since != 0) {
        // The leads count as read once the archived ones are read too.
        const auto [began, seen] = std::pair(cursor.began, cursor.seen);
        cursor.enter(Stage::archived);
        cursor.began = began;
        cursor.seen = seen;
        break;
      }
      [[fallthrough]];
    case Stage::archived:
      cursor.leads_since = reached(cursor, cursor.leads_since, now);
      round_ends = true;
      break;
  }
  if (round_ends) {
    cursor.enter(Stage::organizations);
    page.more = false;
    page.ends_listing = cursor.listing;
    cursor.listing = false;
  }
  page.next_cursor = cursor.to_text();
}

std::expected<SourcePage, FetchError> PipedriveLists::cursor_page(PipedriveCursor cursor, TimePoint now) {
  const bool organizations = cursor.stage == Stage::organizations;
  const std::int64_t since = organizations ? cursor.organizations_since : cursor.persons_since;
  const bool is_first = cursor.next.empty();
  if (is_first || cursor.rows == 0) cursor.rows = options_.rows_per_page;
  std::string target =
      std::string("/api/v2/") + (organizations ? "organizations" : "persons") + "?limit=" + std::to_string(cursor.rows);
  target += cursor.listing || since == 0
                ? "&sort_by=id&sort_direction=asc"
                : "&updated_since=" + since_text(since) + "&sort_by=update_time&sort_direction=asc";
  if (!organizations) target += custom_fields_query(options_.mapping);
  if (!is_first) target += "&cursor=" + text::percent_encoded(cursor.next);

  const auto list = api_.get_list(target, now);
  if (!list && list.error().http_status == 400 && !is_first) return cursor_refused(std::move(cursor), list.error());
  if (!list) return std::unexpected(list.error());
  // Checked before the page is handed on: it would come again for ever.
  if (!list->next_cursor.empty() && list->next_cursor == cursor.next) {
    return std::unexpected(pipedrive_malformed(target, "the cursor stands still"));
  }
  if (!is_whole(*list, is_first)) return std::unexpected(pipedrive_malformed(target, "the list breaks off"));
  if (is_first) cursor.began = beginning(*list, cursor.listing || since == 0, now);
  SourcePage page;
  const std::string pages_url = organizations ? "" : pipedrive_pages_url(api_, options_, now);
  for (const JsonView row : list->rows) {
    note_seen(cursor, row);
    if (!organizations) {
      add_row(page, read_pipedrive_person(row, options_.mapping, pages_url, now), index::RecordKind::contact,
              options_.mapping, parser_);
    } else if (auto organization = read_pipedrive_organization(row)) {
      page.organizations.push_back(*std::move(organization));
    } else {
      page.rejected.push_back({"", RejectReason::no_external_id, "an organization without an id"});
    }
  }
  if (list->next_cursor.empty()) {
    finish_stage(cursor, page, now);
  } else {
    cursor.next = list->next_cursor;
    page.more = true;
    page.next_cursor = cursor.to_text();
  }
  return page;
}

std::expected<SourcePage, FetchError> PipedriveLists::cursor_refused(PipedriveCursor cursor, FetchError error) const {
  if (cursor.listing || cursor.restarts >= kCursorRefusalsMax) {
    error.kind = FetchErrorKind::cursor_expired;
    return std::unexpected(std::move(error));
  }
  // What was read of this list comes once more, and its watermark has not moved yet.
  const unsigned restarts = cursor.restarts + 1;
  cursor.enter(cursor.stage);
  cursor.restarts = restarts;
  SourcePage page;
  page.more = true;
  page.next_cursor = cursor.to_text();
  return page;
}

std::expected<SourcePage, FetchError> PipedriveLists::offset_page(PipedriveCursor cursor, TimePoint now) {
  const bool archived = cursor.stage == Stage::archived;
  const bool changes_only = !cursor.listing && cursor.leads_since != 0;
  const std::uint64_t rows = options_.rows_per_page;
  const std::uint64_t asked = cursor.start - std::min({cursor.start, kAnchors, rows / 2});
  std::string target = "/api/v1/leads?sort=add_time%20ASC";
  if (changes_only) target = "/api/v1/leads?sort=update_time%20ASC&updated_since=" + since_text(cursor.leads_since);
  if (archived) target = "/api/v1/leads/archived?sort=update_time%20DESC";
  target += "&start=" + std::to_string(asked) + "&limit=" + std::to_string(rows);

  const auto list = api_.get_list(target, now);
  if (!list) return std::unexpected(list.error());
  if (!is_whole(*list, asked == 0)) return std::unexpected(pipedrive_malformed(target, "the list breaks off"));
  if (cursor.began == 0 && cursor.start == 0) cursor.began = beginning(*list, !changes_only, now);
  SourcePage page;
  bool past_watermark = false;
  const std::string pages_url = pipedrive_pages_url(api_, options_, now);
  for (const JsonView row : list->rows) {
    const auto updated_at = pipedrive_updated_at(row);
    if (archived && updated_at && *updated_at < TimePoint(std::chrono::milliseconds(cursor.leads_since)) - kOverlap) {
      past_watermark = true;
      continue;
    }
    note_seen(cursor, row);
    auto read = read_pipedrive_lead(row, options_.mapping, pages_url, now);
    // An older server may not say of an archived lead that it is archived.
    if (archived && !read.external_id.empty()) read.kind = PipedriveRow::Kind::gone;
    add_row(page, std::move(read), index::RecordKind::lead, options_.mapping, parser_);
  }
  const bool by_update = changes_only;
  if (!is_continued(cursor, *list, by_update)) {
    ++cursor.restarts;
    cursor.start -= std::min(cursor.start, rows);
    if (cursor.start == 0) cursor.anchors.clear();
  } else if (!list->more || past_watermark) {
    finish_stage(cursor, page, now);
    return page;
  } else {
    const std::uint64_t next = list->next_start.value_or(asked + list->rows.size());
    if (next <= cursor.start || next > kStartMax)
      return std::unexpected(pipedrive_malformed(target, "the list stands still"));
    cursor.start = next;
    set_anchors(cursor, list->rows, by_update);
  }
  page.more = true;
  page.next_cursor = cursor.to_text();
  return page;
}

}  // namespace ringdex::sync
