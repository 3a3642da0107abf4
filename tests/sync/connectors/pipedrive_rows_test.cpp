#include "sync/connectors/pipedrive/pipedrive_rows.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/connectors/pipedrive/pipedrive_cursor.h"
#include "telephony/text/times.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using Kind = PipedriveRow::Kind;

namespace {

const ringdex::index::TimePoint kNow = *text::parse_iso_time("2026-06-01T00:00:00Z");
const std::string kField = "0123456789abcdef0123456789abcdef01234567";
const std::string kUrl = "https://acme.pipedrive.com";
const std::string kLead = "1bce0200-5044-11f1-8f4f-d7944c9e4f3a";
const MappingOptions kMapping{.source = "p", .region = "US", .phones_max = 10, .emails_max = 10};

std::int64_t milliseconds(const char* time) {
  return text::parse_iso_time(time)->time_since_epoch().count();
}

PipedriveRow person(const std::string& text, const MappingOptions& mapping = kMapping) {
  return read_pipedrive_person(json::parse(text), mapping, kUrl, kNow);
}
PipedriveRow lead(const std::string& text, const MappingOptions& mapping = kMapping) {
  return read_pipedrive_lead(json::parse(text), mapping, kUrl, kNow);
}

using Phones = std::vector<std::pair<std::string, std::string>>;

}  // namespace

TEST_CASE("a pipedrive person of API v2 becomes a record, the primary phone first") {
  MappingOptions mapping = kMapping;
  mapping.custom_fields = {{"tier", kField}};
  const auto row = person(R"({"id":11,"name":"Jane Roe","first_name":"Jane","last_name":"Roe","owner_id":77,"org_id":5,
      "add_time":"2026-01-01T00:00:00Z","update_time":"2026-05-15T10:16:44Z","is_deleted":false,"label_ids":[3,14],
      "phones":[{"value":"+1 212 736 5000","primary":false,"label":"Home"},
                {"value":"","primary":false,"label":"work"},
                {"value":"(310) 867-5309","primary":true,"label":"work"},
                {"value":"+1 212 736 5001","primary":false,"label":"Work Fax"},
                {"value":"+1 212 736 5000","primary":false,"label":"other"}],
      "emails":[{"value":"b@x.example","primary":false,"label":"home"},{"value":"a@x.example","primary":true,"label":"work"}],
      "job_title":"Buyer","custom_fields":{")" +
                              kField + R"(":"gold","ffff":1}})",
                          mapping);
  REQUIRE(row.kind == Kind::caller);
  CHECK(row.external_id == "11");
  CHECK(row.version == milliseconds("2026-05-15T10:16:44Z"));
  const auto& record = row.raw.record;
  CHECK(record.id.to_string() == "p:contact:11");
  CHECK(record.name == "Jane Roe");
  CHECK(record.organization_id == "5");
  CHECK(record.owner == "77");
  CHECK(record.title == "Buyer");
  CHECK(record.tags == std::vector<std::string>{"3", "14"});
  CHECK(record.url == "https://acme.pipedrive.com/person/11");
  CHECK(record.emails == std::vector<std::string>{"a@x.example", "b@x.example"});
  CHECK(record.created_at == text::parse_iso_time("2026-01-01T00:00:00Z"));
  CHECK(record.updated_at == text::parse_iso_time("2026-05-15T10:16:44Z"));
  CHECK(record.version == row.version);
  CHECK(row.raw.phones == Phones{{"work", "(310) 867-5309"}, {"home", "+1 212 736 5000"}, {"fax", "+1 212 736 5001"}});
  CHECK(row.raw.fields.at(kField) == std::vector<std::string>{"gold"});
}

TEST_CASE("the shape of API v1 is understood too") {
  const auto row = person(R"({"id":"2","name":"Old","owner_id":{"id":9,"name":"N","value":9},
      "org_id":{"name":"Acme","value":4},"active_flag":true,"update_time":"2026-05-15 10:16:44","add_time":"2026-05-15 09:54:31",
      "phone":[{"label":"mobile","value":"+14155551234","primary":true}],"email":[{"value":"","primary":true}],"label":7})");
  REQUIRE(row.kind == Kind::caller);
  CHECK(row.external_id == "2");
  CHECK(row.version == milliseconds("2026-05-15T10:16:44Z"));
  CHECK(row.raw.record.owner == "9");
  CHECK(row.raw.record.organization_id == "4");
  CHECK(row.raw.record.emails.empty());
  CHECK(row.raw.record.tags == std::vector<std::string>{"7"});
  CHECK(row.raw.phones == Phones{{"mobile", "+14155551234"}});
  CHECK(person(R"({"id":2,"name":"Old","active_flag":false,"update_time":"2026-05-15 10:16:44"})").kind == Kind::gone);
}

TEST_CASE("phones as plain texts, and a custom field of several parts") {
  MappingOptions mapping = kMapping;
  mapping.custom_fields = {{"home", kField}};
  const auto row =
      person(R"({"id":2,"name":"A","phones":["+372 555555555",""],"emails":"a@x.example","custom_fields":{")" + kField +
                 R"(":{"value":"12 Main St","country":"US"}}})",
             mapping);
  CHECK(row.raw.phones == Phones{{"", "+372 555555555"}});
  CHECK(row.raw.record.emails == std::vector<std::string>{"a@x.example"});
  CHECK(row.raw.fields.at(kField) == std::vector<std::string>{"12 Main St"});
}

TEST_CASE("without an update time the add time orders a row, and else the clock") {
  CHECK(person(R"({"id":2,"name":"A","update_time":null,"add_time":"2026-01-01T00:00:00Z"})").version ==
        milliseconds("2026-01-01T00:00:00Z"));
  const auto row = person(R"({"id":2,"name":"A","update_time":"soon"})");
  CHECK(row.kind == Kind::caller);
  CHECK(row.version == kNow.time_since_epoch().count());
  CHECK_FALSE(row.raw.record.updated_at);
}

TEST_CASE("pipedrive rows that are gone, bad or odd") {
  const auto gone = person(R"({"id":2,"name":"A","is_deleted":true,"update_time":"2026-05-15T10:16:44Z"})");
  CHECK(gone.kind == Kind::gone);
  CHECK(gone.version == milliseconds("2026-05-15T10:16:44Z"));
  for (const char* text : {"{}", "[]", "null", "5", R"({"id":0,"name":"A"})", R"({"id":"x"})", R"({"id":-4})",
                           R"({"id":[1]})", R"({"id":1.5})", R"({"id":"12345678901234567890"})"}) {
    CAPTURE(text);
    CHECK(person(text).kind == Kind::bad);
    CHECK(person(text).external_id.empty());
    CHECK(lead(text).kind == Kind::bad);
    CHECK_FALSE(read_pipedrive_organization(json::parse(text)));
  }
  // Fields of other types count as absent.
  const auto odd = person(R"({"id":2,"name":5,"phones":{"value":[]},"emails":[[],null,{"value":null}],"org_id":{"x":1},
                             "label_ids":"x","first_name":"Only","last_name":null,"custom_fields":[]})");
  CHECK(odd.kind == Kind::caller);
  CHECK(odd.raw.record.name == "Only ");
  CHECK(odd.raw.phones.empty());
  CHECK(odd.raw.record.organization_id.empty());
}

TEST_CASE("without a company's address there is no deep link") {
  CHECK(read_pipedrive_person(json{{"id", 1}, {"name", "A"}}, kMapping, "", kNow).raw.record.url.empty());
}

TEST_CASE("a lead names its person and has none of its phones") {
  MappingOptions mapping = kMapping;
  mapping.custom_fields = {{"origin", "source_name"}};
  mapping.phone_fields = {kField};
  const auto row = lead(R"({"id":"1BCE0200-5044-11f1-8f4f-d7944c9e4f3a","title":"Big deal","owner_id":25,"person_id":1,
      "organization_id":3,"label_ids":["f08b42a0-4e75-11ea-9643-03698ef1cfd6"],"is_archived":false,"source_name":"API",
      "add_time":"2026-05-15T09:54:47.968Z","update_time":"2026-05-15T09:55:47.969Z",")" +
                            kField + R"(":"+1 212 736 5000"})",
                        mapping);
  REQUIRE(row.kind == Kind::caller);
  CHECK(row.external_id == kLead);
  CHECK(row.person_id == "1");
  const auto& record = row.raw.record;
  CHECK(record.id.to_string() == "p:lead:" + kLead);
  CHECK(record.person_id == "1");
  CHECK(record.name.empty());
  CHECK(row.raw.phones.empty());
  CHECK_FALSE(row.raw.fields.contains(kField));
  CHECK(row.raw.fields.at("source_name") == std::vector<std::string>{"API"});
  CHECK(record.custom == std::map<std::string, std::string>{{"title", "Big deal"}});
  CHECK(record.organization_id == "3");
  CHECK(record.owner == "25");
  CHECK(record.tags == std::vector<std::string>{"f08b42a0-4e75-11ea-9643-03698ef1cfd6"});
  CHECK(record.url == "https://acme.pipedrive.com/leads/inbox/" + kLead);
  CHECK(row.version == milliseconds("2026-05-15T09:55:47.969Z"));
}

TEST_CASE("a lead without a person, and one that is archived") {
  CHECK(lead(R"({"id":")" + kLead + R"(","person_id":null,"organization_id":3})").kind == Kind::no_person);
  const auto archived = lead(R"({"id":")" + kLead + R"(","person_id":1,"is_archived":true,
      "update_time":"2026-05-15T09:55:47.969Z","archive_time":"2026-05-15T09:55:48.000Z"})");
  CHECK(archived.kind == Kind::gone);
  CHECK(archived.version == milliseconds("2026-05-15T09:55:48Z"));
}

TEST_CASE("a lead's id is a UUID and nothing else") {
  CHECK(lead_id(std::string_view("1BCE0200-5044-11F1-8F4F-D7944C9E4F3A")) == kLead);
  for (const char* text : {"", "1", "1bce0200-5044-11f1-8f4f-d7944c9e4f3", "1bce0200-5044-11f1-8f4f-d7944c9e4f3aa",
                           "1bce0200x5044-11f1-8f4f-d7944c9e4f3a", "1bce0200-5044-11f1-8f4f-d7944c9e4f3g",
                           "1bce0200-5044-11f1-8f4f-d7944c9e4/3a"}) {
    CAPTURE(text);
    CHECK_FALSE(lead_id(std::string_view(text)));
  }
}

TEST_CASE("an organization's name, empty once it is deleted") {
  const auto read = [](const char* text) { return read_pipedrive_organization(json::parse(text)); };
  CHECK(read(R"({"id":5,"name":"Acme","is_deleted":false})")->name == "Acme");
  CHECK(read(R"({"id":5,"name":"Acme","is_deleted":true})")->name.empty());
  CHECK(read(R"({"id":5,"name":"Acme","active_flag":false})")->name.empty());
}

TEST_CASE("both ways to write a time") {
  CHECK(parse_pipedrive_time("2026-05-15 10:16:44") == text::parse_iso_time("2026-05-15T10:16:44Z"));
  CHECK(parse_pipedrive_time("2026-05-15T10:16:44.5Z") == text::parse_iso_time("2026-05-15T10:16:44.500Z"));
  CHECK_FALSE(parse_pipedrive_time("2026-05-15"));
  CHECK_FALSE(parse_pipedrive_time("2026-13-15 10:16:44"));
}

TEST_CASE("a pipedrive cursor reads back as it was written, and nothing else is one") {
  PipedriveCursor cursor;
  CHECK(PipedriveCursor::from_text("") == cursor);
  CHECK(PipedriveCursor::from_text(cursor.to_text()) == cursor);
  cursor.stage = PipedriveCursor::Stage::archived;
  cursor.listing = false;
  cursor.organizations_since = 1;
  cursor.persons_since = 2;
  cursor.leads_since = 3;
  cursor.began = 4;
  cursor.seen = 5;
  cursor.next = "\xC3\xA9\"{}";
  cursor.rows = 6;
  cursor.start = 7;
  cursor.anchors = {"a@b", "c"};
  cursor.restarts = 8;
  CHECK(PipedriveCursor::from_text(cursor.to_text()) == cursor);
  const auto whole = json::parse(cursor.to_text());
  CHECK(whole.dump() == cursor.to_text());
  CHECK(PipedriveCursor::from_text(whole.dump(-1, ' ', true)) == cursor);  // as older ones were written
  for (const char* text :
       {"x", "{}", "[]", R"({"v":2,"stage":"persons","listing":true})", R"({"v":1,"stage":"people","listing":true})",
        R"({"v":1,"stage":"persons"})", R"({"v":1,"stage":"persons","listing":true,"start":-1})",
        R"({"v":1,"stage":"persons","listing":true,"persons_since":"1"})",
        R"({"v":1,"stage":"persons","listing":true,"persons_since":999999999999999999})",
        R"({"v":1,"stage":"leads","listing":true,"anchors":[1,2,3,4,5,6,7,8,9]})"}) {
    CAPTURE(text);
    CHECK_FALSE(PipedriveCursor::from_text(text));
  }
}
