#include "sync/connectors/csv/csv_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "sync/connectors/csv/csv_cursor.h"
#include "sync/connectors/csv/csv_people.h"
#include "sync/connectors/csv/seen_rows.h"

namespace ringdex::sync {
namespace {

// 64 MB tell about three million ids apart; a longer file is read without the check.
constexpr std::size_t kSeenBytesMax = 64 * 1024 * 1024;

class CsvConnector : public Connector {
 public:
  CsvConnector(CsvOptions options, const telephony::NumberParser& parser)
      : options_(std::move(options)), parser_(parser), seen_(kSeenBytesMax) {}

  std::expected<SourcePage, FetchError> next_page(const std::string& cursor_text, TimePoint now) override;
  std::expected<FetchedRecord, FetchError> fetch(const index::RecordId& id, TimePoint now) override;

 private:
  bool stands_at(const CsvCursor& cursor) const;
  std::expected<void, FetchError> read_rows(SourcePage& page, CsvCursor& cursor);
  void add_person(SourcePage& page, CsvItem item, std::int64_t version);
  std::expected<index::Record, Rejected> map(CsvItem& item, std::int64_t version) const;

  const CsvOptions options_;
  const telephony::NumberParser& parser_;
  std::unique_ptr<CsvPeople> people_;  // kept between the pages of one listing
  SeenRows seen_;                      // of the rows that this instance read in the present listing
  std::int64_t newest_version_ = 0;    // that this instance has given
};

Rejected bad_row(std::uint64_t line, const std::string& detail) {
  return {fmt::format("line {}", line), RejectReason::bad_row, fmt::format("line {}: {}", line, detail)};
}

std::expected<SourcePage, FetchError> CsvConnector::next_page(const std::string& cursor_text, TimePoint now) {
  auto cursor = CsvCursor::from_text(cursor_text);
  if (!cursor)
    return std::unexpected(
        FetchError{FetchErrorKind::cursor_expired, options_.path + ": not a cursor of a CSV file", {}, 0});
  const auto identity = CsvPeople::identify(options_);
  if (!identity) {
    people_.reset();
    return std::unexpected(identity.error());
  }
  SourcePage page;
  if (cursor->file == *identity && cursor->done) {
    page.next_cursor = cursor_text;
    return page;
  }

  if (!people_ || people_->identity() != *identity) {
    people_.reset();
    seen_.clear();
    auto opened = CsvPeople::open(options_);
    if (!opened) return std::unexpected(std::move(opened.error()));
    people_ = std::move(*opened);
  }
  if (cursor->file != people_->identity()) {
    // Versions never go backwards, whatever the clock does: a listing must be newer than the one before it.
    newest_version_ =
        std::max({cursor->version + 1, newest_version_ + 1, std::int64_t{now.time_since_epoch().count()}});
    people_->go_to_first();
    seen_.clear();
    *cursor = {people_->identity(), newest_version_, people_->offset(), people_->line(), false, false};
    page.begins_listing = true;
  } else if (!stands_at(*cursor)) {
    // A repeated page: what was noted of its rows would tell each of them to stand there twice.
    seen_.clear();
    people_->go_to(cursor->offset, cursor->line, cursor->after_blank);
  }
  newest_version_ = std::max(newest_version_, cursor->version);

  auto read = read_rows(page, *cursor);
  // A file that is written while it is read may end anywhere; its end must not be taken for the end of the listing.
  const auto after = CsvPeople::identify(options_);
  if (read && (!after || *after != cursor->file)) {
    read = std::unexpected(
        FetchError{FetchErrorKind::unavailable, options_.path + ": the file was changed while it was read", {}, 0});
  }
  if (!read) {
    people_.reset();
    return std::unexpected(read.error());
  }
  if (cursor->done) {
    people_.reset();
    seen_.clear();
  }
  page.next_cursor = cursor->to_text();
  page.more = !cursor->done;
  page.ends_listing = cursor->done;
  return page;
}

bool CsvConnector::stands_at(const CsvCursor& cursor) const {
  return people_->offset() == cursor.offset && people_->line() == cursor.line &&
         people_->after_blank() == cursor.after_blank;
}

std::expected<void, FetchError> CsvConnector::read_rows(SourcePage& page, CsvCursor& cursor) {
  for (std::size_t rows = 0; rows < options_.rows_per_page; ++rows) {
    auto item = people_->next();
    if (!item) return std::unexpected(std::move(item.error()));
    switch (item->kind) {
      case CsvItem::Kind::end:
        cursor.done = true;
        break;
      case CsvItem::Kind::footer:
        ++page.ignored;
        break;
      case CsvItem::Kind::bad_row:
        page.rejected.push_back(bad_row(item->line, item->error));
        break;
      case CsvItem::Kind::person:
        add_person(page, std::move(*item), cursor.version);
        break;
    }
    if (cursor.done) break;
  }
  cursor.offset = people_->offset();
  cursor.line = people_->line();
  cursor.after_blank = people_->after_blank();
  return {};
}

std::expected<index::Record, Rejected> CsvConnector::map(CsvItem& item, std::int64_t version) const {
  auto& record = item.person.raw.record;
  record.id.source = options_.mapping.source;
  record.id.kind = options_.kind;
  record.version = version;
  return map_record(std::move(item.person.raw), options_.mapping, parser_);
}

// The later of two rows with one id wins, in this page and, since the Index takes what differs at an equal version,
// also across pages.
void CsvConnector::add_person(SourcePage& page, CsvItem item, std::int64_t version) {
  const bool id_is_hash = item.person.id_is_hash;
  auto record = map(item, version);
  if (!record) {
    record.error().detail = fmt::format("line {}: {}", item.line, record.error().detail);
    if (id_is_hash || record.error().external_id.empty())
      record.error().external_id = fmt::format("line {}", item.line);
    page.rejected.push_back(std::move(record.error()));
    return;
  }
  const auto before = seen_.note(record->id.external_id, item.line);
  if (!before) {
    page.records.push_back(std::move(*record));
    return;
  }
  if (id_is_hash) {
    ++page.ignored;
  } else {
    page.rejected.push_back(bad_row(item.line, fmt::format("id {} stands in line {} already; the later row counts",
                                                           record->id.external_id, *before)));
  }
  const auto same =
      std::find_if(page.records.begin(), page.records.end(), [&](const auto& known) { return known.id == record->id; });
  if (same != page.records.end()) {
    *same = std::move(*record);
  } else {
    page.records.push_back(std::move(*record));
  }
}

std::expected<FetchedRecord, FetchError> CsvConnector::fetch(const index::RecordId& id, TimePoint now) {
  FetchedRecord fetched;
  fetched.id = id;
  fetched.as_of = now;
  const auto people = CsvPeople::open(options_);
  if (!people) return std::unexpected(people.error());
  if (id.source != options_.mapping.source || id.kind != options_.kind) return fetched;
  std::optional<CsvItem> last;
  for (;;) {
    auto item = (*people)->next();
    if (!item) return std::unexpected(std::move(item.error()));
    if (item->kind == CsvItem::Kind::end) break;
    if (item->kind == CsvItem::Kind::person && item->person.raw.record.id.external_id == id.external_id) {
      last = std::move(*item);
    }
  }
  if (!last) return fetched;
  newest_version_ = std::max(newest_version_, std::int64_t{now.time_since_epoch().count()});
  auto record = map(*last, newest_version_);
  if (record) {
    fetched.record = std::move(*record);
  } else {
    record.error().detail = fmt::format("line {}: {}", last->line, record.error().detail);
    fetched.rejected = std::move(record.error());
  }
  return fetched;
}

}  // namespace

std::unique_ptr<Connector> make_csv_connector(CsvOptions options, const telephony::NumberParser& parser) {
  return std::make_unique<CsvConnector>(std::move(options), parser);
}

}  // namespace ringdex::sync
