#include "sync/connectors/csv/csv_file.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/support/temp_dir.h"
#include "tests/support/test_parser.h"

namespace ringdex::sync {
namespace {

// A CSV file that can be rewritten; each writing has its own modification time, whatever the clock's steps.
class CsvOnDisk {
 public:
  CsvOnDisk() = default;
  explicit CsvOnDisk(const std::string& text) { write(text); }

  void write(const std::string& text) {
    std::ofstream(path(), std::ios::binary) << text;
    const timespec time{1'700'000'000 + ++writes_, 5};
    const timespec times[2]{time, time};
    REQUIRE(utimensat(AT_FDCWD, path().c_str(), times, 0) == 0);
  }
  std::string path() const { return folder_.file("people.csv"); }
  std::string folder() const { return folder_.path().string(); }

  CsvOptions options(std::size_t rows_per_page = 1000) const {
    return {{"people", "US", 10, 10, {}}, path(), {}, index::RecordKind::contact, rows_per_page, 100'000'000};
  }

 private:
  tests::TempDir folder_;
  int writes_ = 0;
};

TimePoint at(std::int64_t milliseconds) {
  return TimePoint{std::chrono::milliseconds{milliseconds}};
}

SourcePage page_of(Connector& connector, const std::string& cursor, TimePoint now = at(1000)) {
  auto page = connector.next_page(cursor, now);
  REQUIRE_MESSAGE(page.has_value(), page.error().message);
  return std::move(*page);
}

struct Listing {
  std::vector<index::Record> records;
  std::vector<std::string> rejected;  // reason and detail
  std::uint64_t ignored = 0;
  std::vector<std::string> cursors;
  std::string cursor;
};

std::string shown(const Rejected& rejected) {
  return fmt::format("{} {} {}", static_cast<int>(rejected.reason), rejected.external_id, rejected.detail);
}

void add(Listing& listing, SourcePage page) {
  for (auto& record : page.records) listing.records.push_back(std::move(record));
  for (const auto& one : page.rejected) listing.rejected.push_back(shown(one));
  listing.ignored += page.ignored;
  listing.cursor = page.next_cursor;
  listing.cursors.push_back(page.next_cursor);
}

// All pages; the flags must frame the listing.
Listing listing_of(const CsvOptions& options, bool restart_at_every_page = false, TimePoint now = at(1000)) {
  auto connector = make_csv_connector(options, telephony::test_parser());
  Listing listing;
  for (bool first = true;; first = false) {
    auto page = page_of(*connector, listing.cursor, now);
    CHECK(page.begins_listing == first);
    CHECK(page.ends_listing == !page.more);
    const bool more = page.more;
    add(listing, std::move(page));
    if (!more) return listing;
    if (restart_at_every_page) connector = make_csv_connector(options, telephony::test_parser());
  }
}

std::vector<std::string> names(const std::vector<index::Record>& records) {
  std::vector<std::string> result;
  for (const auto& record : records) result.push_back(record.name);
  return result;
}

using Strings = std::vector<std::string>;

TEST_CASE("the shipped people") {
  CsvOptions options{{"people", "US", 10, 10, {}},
                     RINGDEX_SOURCE_DIR "/config/people.csv",
                     {},
                     index::RecordKind::contact,
                     1000,
                     1'000'000};
  options.columns.id = "Id";
  const auto listing = listing_of(options);
  CHECK(listing.records.size() == 12);
  CHECK(listing.rejected.empty());
  std::map<std::string, int> owners;
  for (const auto& record : listing.records) {
    CHECK_FALSE(record.phones.empty());
    for (const auto& phone : record.phones) {
      CAPTURE(phone.raw);
      REQUIRE(phone.number.has_value());
      ++owners[phone.number->to_e164()];
    }
  }
  CHECK(owners.at("+12125550123") == 1);
  CHECK(owners.at("+442079460100") == 3);
  CHECK(listing.records[0].id.to_string() == "people:contact:p-1001");
  CHECK(listing.records[7].name == "Hana \"Bee\" Morioka");
  CHECK(listing.records[7].phones[0].extension == "12");
}

TEST_CASE("an unchanged file is an empty page; a changed one is a new and newer listing") {
  CsvOnDisk file("id,name,phone\n1,Ann,212-555-0123\n2,Bob,212-555-0124\n");
  auto connector = make_csv_connector(file.options(), telephony::test_parser());
  const auto first = page_of(*connector, "", at(5000));
  CHECK(names(first.records) == Strings{"Ann", "Bob"});
  CHECK(first.begins_listing);
  CHECK(first.ends_listing);
  CHECK_FALSE(first.more);
  CHECK(first.records[0].version == 5000);

  const auto again = page_of(*connector, first.next_cursor, at(6000));
  CHECK(again.records.empty());
  CHECK_FALSE(again.begins_listing);
  CHECK_FALSE(again.ends_listing);
  CHECK_FALSE(again.more);
  CHECK(again.next_cursor == first.next_cursor);

  // Bob is gone: the listing without him says so. The clock went backwards in between.
  file.write("id,name,phone\n1,Ann,212-555-0123\n");
  for (auto* one : {connector.get(), make_csv_connector(file.options(), telephony::test_parser()).release()}) {
    const auto changed = page_of(*one, first.next_cursor, at(10));
    CHECK(names(changed.records) == Strings{"Ann"});
    CHECK(changed.begins_listing);
    CHECK(changed.ends_listing);
    CHECK(changed.records[0].version == 5001);
    if (one != connector.get()) delete one;
  }
}

TEST_CASE("a restart at every page gives what one pass gives") {
  std::string text =
      "\xEF\xBB\xBF"
      "Id;Name;Phone;Labels\r\n";
  for (int i = 0; i < 40; ++i) {
    text += fmt::format("{};\"Person\r\n{}\";+1 212 555 {:04};a ::: b\r\n", i, i, 100 + i);
    if (i == 11) text += "\r\n";
    if (i == 12) text += ";;;\r\n";
    if (i == 20) text += "late;M\xFCller;4.4E+11;\r\n";
    if (i == 21) text += "empty;;;\r\n";
  }
  text += "x;\"no end\r\n";
  text += "\r\nReport of today\r\nCopyright\r\n";
  const auto utf16 = [](const std::string& ascii) {
    std::string wide = "\xFF\xFE";
    for (const char c : ascii) (wide += c) += '\0';
    return wide;
  };
  for (const auto& content : {text, utf16("name\tphone\r\nAnn\t1\r\n\"B\r\nob\"\t2\r\nCy\t3\r\n")}) {
    CsvOnDisk file(content);
    const auto whole = listing_of(file.options(10'000));
    for (const std::size_t rows : {1U, 2U, 3U, 7U}) {
      for (const bool restart : {false, true}) {
        const auto paged = listing_of(file.options(rows), restart);
        CHECK(paged.records == whole.records);
        CHECK(paged.rejected == whole.rejected);
        CHECK(paged.ignored == whole.ignored);
      }
    }
  }
  CsvOnDisk file(text);
  const auto whole = listing_of(file.options());
  CHECK(whole.records.size() == 41);  // the nameless one too: whether it stays is the index's to say
  CHECK(whole.ignored == 2);
  REQUIRE(whole.rejected.size() == 2);
  CHECK(whole.rejected[1].find("line 86 line 86: the quote that opens in line 86") != std::string::npos);
}

TEST_CASE("a page asked for again is the same page") {
  CsvOnDisk file("id,name,phone\n1,Ann,1\n2,Bob,2\n3,Cy,3\n4,Di,4\n");
  auto connector = make_csv_connector(file.options(2), telephony::test_parser());
  const auto first = page_of(*connector, "");
  const auto second = page_of(*connector, first.next_cursor);
  const auto repeated = page_of(*connector, first.next_cursor);
  CHECK(names(second.records) == Strings{"Cy", "Di"});
  CHECK(repeated.records == second.records);
  CHECK(repeated.rejected.empty());
  CHECK(repeated.next_cursor == second.next_cursor);
  const auto anew = page_of(*connector, "");
  CHECK(anew.begins_listing);
  CHECK(anew.rejected.empty());
  CHECK(anew.records[0].version > first.records[0].version);
}

TEST_CASE("a file that changes between two pages is read from the top") {
  CsvOnDisk file("id,name,phone\n1,Ann,1\n2,Bob,2\n3,Cy,3\n");
  for (const bool same_instance : {true, false}) {
    file.write("id,name,phone\n1,Ann,1\n2,Bob,2\n3,Cy,3\n");
    auto connector = make_csv_connector(file.options(2), telephony::test_parser());
    const auto first = page_of(*connector, "");
    CHECK(first.more);
    file.write("id,name,phone\n9,Zoe,9\n8,Yan,8\n7,Xi,7\n");
    if (!same_instance) connector = make_csv_connector(file.options(2), telephony::test_parser());
    const auto second = page_of(*connector, first.next_cursor);
    CHECK(second.begins_listing);
    CHECK_FALSE(second.ends_listing);
    CHECK(names(second.records) == Strings{"Zoe", "Yan"});
    CHECK(second.records[0].version > first.records[0].version);
    const auto third = page_of(*connector, second.next_cursor);
    CHECK_FALSE(third.begins_listing);
    CHECK(names(third.records) == Strings{"Xi"});
    CHECK(third.records[0].version == second.records[0].version);
    CHECK(third.ends_listing);
  }
}

TEST_CASE("what can't be listed is an error with path and reason and no listing") {
  struct Case {
    std::string text;
    FetchErrorKind kind;
    std::string message;
  };
  for (const auto& one : std::vector<Case>{
           {"", FetchErrorKind::malformed, "the file is empty"},
           {"\xEF\xBB\xBF", FetchErrorKind::malformed, "no header"},
           {"\n\n,,\n", FetchErrorKind::malformed, "no header"},
           {"Nummer,Ort\n1,Bern\n", FetchErrorKind::malformed, "no column is recognised"},
           {"name,\"phone\n1,2\n", FetchErrorKind::malformed, "the header in line 1 can't be read"},
           {std::string(200'000'00, 'x'), FetchErrorKind::malformed, "a cell has more than"},
       }) {
    CsvOnDisk file(one.text);
    auto connector = make_csv_connector(file.options(), telephony::test_parser());
    const auto page = connector->next_page("", at(1));
    REQUIRE_FALSE(page.has_value());
    CHECK(page.error().kind == one.kind);
    CHECK(page.error().message.starts_with(file.path()));
    CHECK(page.error().message.find(one.message) != std::string::npos);
    CHECK_FALSE(connector->fetch({"people", index::RecordKind::contact, "1"}, at(1)).has_value());
  }
  CsvOnDisk file("id,name,phone\n1,Ann,1\n");
  auto connector = make_csv_connector(file.options(), telephony::test_parser());
  const auto first = page_of(*connector, "");
  auto options = file.options();
  options.file_bytes_max = 10;
  const auto large = make_csv_connector(options, telephony::test_parser())->next_page("", at(1));
  REQUIRE_FALSE(large.has_value());
  CHECK(large.error().message.find("at most 10 are read") != std::string::npos);
  options.path = file.folder();
  CHECK(make_csv_connector(options, telephony::test_parser())
            ->next_page("", at(1))
            .error()
            .message.find("no regular file") != std::string::npos);
  std::filesystem::remove(file.path());
  const auto missing = connector->next_page(first.next_cursor, at(2));
  REQUIRE_FALSE(missing.has_value());
  CHECK(missing.error().kind == FetchErrorKind::unavailable);
  REQUIRE(mkfifo(file.path().c_str(), 0600) == 0);
  CHECK(connector->next_page("", at(2)).error().kind == FetchErrorKind::malformed);
  CHECK(connector->fetch({"people", index::RecordKind::contact, "1"}, at(2)).error().kind == FetchErrorKind::malformed);
  for (const auto* cursor :
       {"x", "{}", "[]", R"({"v":2})", R"({"v":1,"file":"f","offset":-1,"line":1,"done":false})"}) {
    CHECK(connector->next_page(cursor, at(3)).error().kind == FetchErrorKind::cursor_expired);
  }
}

TEST_CASE("the cursor tells file, offset, line and version") {
  CsvOnDisk file("id,name,phone\n1,Ann,1\n2,Bob,2\n");
  auto connector = make_csv_connector(file.options(1), telephony::test_parser());
  const std::string cursor = page_of(*connector, "", at(77)).next_cursor;
  const auto json = nlohmann::json::parse(cursor);
  CHECK(json.dump() == cursor);
  CHECK(json.at("v") == 1);
  CHECK(json.at("file").get<std::string>().starts_with("1700000001000000005:30:"));
  CHECK(json.at("offset") == 22);
  CHECK(json.at("line") == 3);
  CHECK(json.at("version") == 77);
  CHECK(json.at("done") == false);
}

TEST_CASE("the later of two rows with one id counts and is told") {
  CsvOnDisk file("id,name,phone\n1,Ann,1\n2,Bob,2\n1,Ann Lee,3\n");
  const auto page = page_of(*make_csv_connector(file.options(), telephony::test_parser()), "");
  CHECK(names(page.records) == Strings{"Ann Lee", "Bob"});
  REQUIRE(page.rejected.size() == 1);
  CHECK(page.rejected[0].reason == RejectReason::bad_row);
  CHECK(page.rejected[0].external_id == "line 4");
  CHECK(page.rejected[0].detail == "line 4: id 1 stands in line 2 already; the later row counts");
  const auto paged = listing_of(file.options(2));
  CHECK(names(paged.records) == Strings{"Ann", "Bob", "Ann Lee"});
  CHECK(paged.rejected.size() == 1);
}

TEST_CASE("without an id the same person keeps one, and a repeated row is ignored") {
  CsvOnDisk file("name,phone\nAnn,212-555-0123\nBob,2\n ann ,(212) 555 0123\nAnn,212-555-0199\n");
  const auto listing = listing_of(file.options());
  CHECK(listing.records.size() == 3);
  CHECK(listing.ignored == 1);
  CHECK(listing.rejected.empty());
  file.write("phone,x,name\n2,,Bob\n");
  CHECK(listing_of(file.options()).records[0].id == listing.records[1].id);
}

TEST_CASE("rejected rows are told by id, or by line where there is none") {
  CsvOnDisk file("id,name,phone\n1,,212-555-0123\n2,Bob,4.4E+11\n,Cy,3\n" + std::string(300, 'x') + ",Di,4\n");
  auto options = file.options();
  options.columns.id = "id";
  const auto listing = listing_of(options);
  CHECK(listing.records.size() == 1);
  REQUIRE(listing.rejected.size() == 3);
  CHECK(listing.rejected[0].find(" line 3 line 3: a spreadsheet has rounded") != std::string::npos);
  CHECK(listing.rejected[1].find(" line 4 line 4: the id is empty") != std::string::npos);
  CHECK(listing.rejected[2].find("line 5: the id has 300 bytes") != std::string::npos);
}

TEST_CASE("a report's footer is no person; a lone cell elsewhere is one") {
  CsvOnDisk file("name,phone\nAnn,1\nLone\n\nBob,2\n\nMy report\nBy me\n\"Generated, today\"\n\n");
  const auto listing = listing_of(file.options());
  CHECK(names(listing.records) == Strings{"Ann", "Lone", "Bob"});
  CHECK(listing.ignored == 3);
}

TEST_CASE("one record is fetched by its id; the later row counts") {
  CsvOnDisk file("id,name,phone\n1,Ann,1\n2,Bob,2\n1,Ann Lee,3\n3,,3\n");
  auto connector = make_csv_connector(file.options(), telephony::test_parser());
  const index::RecordId ann{"people", index::RecordKind::contact, "1"};
  const auto found = connector->fetch(ann, at(500));
  REQUIRE(found.has_value());
  REQUIRE(found->record.has_value());
  CHECK(found->record->name == "Ann Lee");
  CHECK(found->record->version == 500);
  CHECK(found->as_of == at(500));
  CHECK(found->id == ann);
  const auto absent = connector->fetch({"people", index::RecordKind::contact, "4"}, at(500));
  REQUIRE(absent.has_value());
  CHECK_FALSE(absent->record.has_value());
  CHECK_FALSE(absent->rejected.has_value());
  CHECK_FALSE(connector->fetch({"people", index::RecordKind::lead, "1"}, at(500))->record.has_value());
  const auto nameless = connector->fetch({"people", index::RecordKind::contact, "3"}, at(500));
  REQUIRE(nameless->record.has_value());
  CHECK(nameless->record->name.empty());
  // What was fetched is never newer than the next listing.
  CHECK(page_of(*connector, "", at(400)).records[0].version == 501);
}

TEST_CASE("random files: paged and restarted equals one pass") {
  const auto seed = std::random_device{}();
  MESSAGE("seed " << seed);
  std::mt19937 random(seed);
  const Strings pieces{"Ann", "+1 212 555 0100", "\"", ",", "\n", "\r\n", "\xE9", "\"\"", "x", "\n\n", "1,", "Bob,2\n"};
  for (int round = 0; round < 60; ++round) {
    std::string text = "id,name,phone\n";
    for (std::size_t i = 0, count = random() % 60; i < count; ++i) text += pieces[random() % pieces.size()];
    CsvOnDisk file(text);
    const auto whole = listing_of(file.options());
    const auto once = listing_of(file.options(1 + random() % 4));
    REQUIRE(once.rejected == whole.rejected);
    REQUIRE(once.ignored == whole.ignored);
    const auto restarted = listing_of(file.options(1 + random() % 4), true);
    // The last word on each id is the same, however the pages fell.
    std::map<std::string, index::Record> last[3];
    for (const auto& record : whole.records) last[0][record.id.external_id] = record;
    for (const auto& record : once.records) last[1][record.id.external_id] = record;
    for (const auto& record : restarted.records) last[2][record.id.external_id] = record;
    REQUIRE(last[0] == last[1]);
    REQUIRE(last[0] == last[2]);
  }
}

}  // namespace
}  // namespace ringdex::sync
