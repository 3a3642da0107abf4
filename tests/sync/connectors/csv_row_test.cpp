#include "sync/connectors/csv/csv_row.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

#include "sync/connectors/csv/seen_rows.h"

namespace ringdex::sync {
namespace {

using Strings = std::vector<std::string>;
using Phones = std::vector<std::pair<std::string, std::string>>;

CsvPerson person(const Strings& header, const Strings& cells, const CsvColumns& columns = {}) {
  const auto plan = plan_csv_columns(header, columns, {});
  REQUIRE(plan.has_value());
  auto result = read_csv_person(cells, *plan);
  REQUIRE_MESSAGE(result.has_value(), result.error());
  return *result;
}

TEST_CASE("Google's cells with several values and marks") {
  const auto one =
      person({"First Name", "Middle Name", "Last Name", "Labels", "E-mail 1 - Value", "Phone 1 - Label",
              "Phone 1 - Value", "Phone 2 - Label", "Phone 2 - Value", "Phone 3 - Label", "Phone 3 - Value"},
             {"Ann", "", "Lee", "* myContacts ::: * starred ::: VIP", "a@b.example ::: c@d.example", "Work",
              "212-555-0123 ::: 212-555-0124", "* Mobile", "212-555-0125", "Work Fax", "212-555-0126"});
  CHECK(one.raw.record.name == "Ann Lee");
  CHECK(one.raw.record.groups == Strings{"myContacts", "starred", "VIP"});
  CHECK(one.raw.record.emails == Strings{"a@b.example", "c@d.example"});
  CHECK(
      one.raw.phones ==
      Phones{{"mobile", "212-555-0125"}, {"work", "212-555-0123"}, {"work", "212-555-0124"}, {"fax", "212-555-0126"}});
  CHECK(one.id_is_hash);
  CHECK(one.raw.record.id.external_id.size() == 32);
}

TEST_CASE("a label that is no phone's leaves the number out") {
  const auto one = person({"Name", "Phone 1 - Type", "Phone 1 - Value", "Phone 2 - Type", "Phone 2 - Value"},
                          {"Ann", "Pager", "212-555-0123", "", "212-555-0124"});
  CHECK(one.raw.phones == Phones{{"", "212-555-0124"}});
}

TEST_CASE("names: whole, of parts, or nickname; organization in its place") {
  const Strings header{"Name", "Given Name", "Family Name", "Nickname", "Organization 1 - Name", "Phone"};
  CHECK(person(header, {"Dr. Ann Lee", "Ann", "Lee", "", "", ""}).raw.record.name == "Dr. Ann Lee");
  CHECK(person(header, {"", "Ann", "Lee", "Annie", "", ""}).raw.record.name == "Ann Lee");
  CHECK(person(header, {"", "", "", "Annie", "", ""}).raw.record.name == "Annie");
  const auto company = person(header, {"", "", "", "", "Acme", "1"});
  CHECK(company.raw.record.name.empty());
  CHECK(company.raw.record.organization == "Acme");
}

TEST_CASE("what spreadsheets do to numbers") {
  const Strings header{"Id", "Name", "Phone"};
  const std::vector<std::pair<std::string, std::string>> table{
      {"=\"+442079460100\"", "+442079460100"},
      {"'+442079460100", "+442079460100"},
      {" 2125550123 ", "2125550123"},
      {"\xC2\xA0"
       "2125550123",
       "\xC2\xA0"
       "2125550123"},
      {"=\"\"", ""},
      {"'", ""},
  };
  for (const auto& [cell, phone] : table) {
    CAPTURE(cell);
    const auto one = person(header, {"1", "Ann", cell});
    CHECK(one.raw.phones == (phone.empty() ? Phones{} : Phones{{"", phone}}));
  }
  const auto plan = plan_csv_columns(header, {}, {});
  for (const auto* damaged : {"4.41632E+11", "4,41632E+11", "4E+11", "4.41632e11", "2125550123 ::: 4.4E+11"}) {
    CAPTURE(damaged);
    const auto bad = read_csv_person({"1", "Ann", damaged}, *plan);
    REQUIRE_FALSE(bad.has_value());
    CHECK(bad.error().starts_with("a spreadsheet has rounded the phone to 4"));
  }
  for (const auto* sound : {"E12", "12e", "12 E+11", "1E2345", "x4.4E+11", "extension 4E+"}) {
    CAPTURE(sound);
    CHECK(read_csv_person({"1", "Ann", sound}, *plan).has_value());
  }
}

TEST_CASE("lines in a cell are several numbers; groups and tags; ragged rows") {
  const auto one =
      person({"Name", "Phone", "Categories", "tags", "Email"},
             {"Ann", "212-555-0123\r\n212-555-0124", "Family; Friends;", "a b,c", "a@b.example; c@d.example, x"});
  CHECK(one.raw.phones == Phones{{"", "212-555-0123"}, {"", "212-555-0124"}});
  CHECK(one.raw.record.groups == Strings{"Family", "Friends"});
  CHECK(one.raw.record.tags == Strings{"a", "b", "c"});
  CHECK(one.raw.record.emails == Strings{"a@b.example", "c@d.example"});
  CHECK(person({"Name", "Phone", "Email"}, {"Ann"}).raw.phones.empty());
  CHECK(person({"Name", "Phone"}, {"Ann", "1", "2", "3"}).raw.phones.size() == 1);
}

TEST_CASE("an id of its own, or a hash of name and first number") {
  const Strings header{"Id", "Name", "Phone"};
  CHECK(person(header, {" 17 ", "Ann", "1"}).raw.record.id.external_id == "17");
  CHECK(person(header, {"", "Ann", "1"}).id_is_hash);
  CsvColumns columns;
  columns.id = "Id";
  CHECK(person(header, {"", "Ann", "1"}, columns).raw.record.id.external_id.empty());
  CHECK(csv_person_hash(" Ann  LEE", "(212) 555-0123") == csv_person_hash("ann lee", "2125550123 "));
  CHECK(csv_person_hash("Ann Lee", "1") != csv_person_hash("Ann Lee", "2"));
  CHECK(csv_person_hash("ann lee", "2125550123") == "2b8a7f43a8a502a86364bbd0cf9fe6d4");
}

TEST_CASE("seen rows tell the line before, until the memory limit") {
  SeenRows seen(1024 * 1024);
  CHECK_FALSE(seen.note("a", 2).has_value());
  CHECK(seen.note("a", 5) == 2);
  CHECK(seen.note("a", 9) == 5);
  for (std::uint64_t i = 0; i < 40'000; ++i) CHECK_FALSE(seen.note("id" + std::to_string(i), 10 + i).has_value());
  CHECK(seen.note("id39999", 1) == 40'009);
  for (std::uint64_t i = 40'000; i < 60'000; ++i) seen.note("id" + std::to_string(i), i);
  CHECK_FALSE(seen.note("a", 7).has_value());
  seen.clear();
  CHECK_FALSE(seen.note("a", 2).has_value());
  CHECK(seen.note("a", 3) == 2);
}

}  // namespace
}  // namespace ringdex::sync
