#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sync/connectors/pipedrive/pipedrive.h"
#include "sync/connectors/pipedrive/pipedrive_rows.h"
#include "sync/connectors/pipedrive/pipedrive_webhook.h"
#include "telephony/text/times.h"
#include "tests/support/scripted_http.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::test_support::HttpScript;
using ringdex::test_support::scripted;

// What real Pipedrives answered and sent, as others recorded it. The recordings are read in place and are not part of
// this repository; without them these tests say so and pass.
namespace {

const std::filesystem::path kFolder = std::filesystem::path(RINGDEX_DATA_DIR) / "pipedrive";
const ringdex::index::TimePoint kNow = *text::parse_iso_time("2026-06-01T00:00:00Z");
const MappingOptions kMapping{.source = "p", .region = "US", .phones_max = 10, .emails_max = 10};

bool have_recordings() {
  if (std::filesystem::is_directory(kFolder)) return true;
  MESSAGE("skipped: no recordings in " << kFolder.string());
  return false;
}

json read_file(const std::filesystem::path& path) {
  std::ifstream in(path);
  auto value = json::parse(in, nullptr, false);
  REQUIRE_FALSE(value.is_discarded());
  return value;
}

HttpResponse recorded(const json& answer) {
  HttpResponse response{answer["status"], {}, answer["response"].dump()};
  for (const auto& [name, value] : answer["headers"].items()) response.headers[name] = value;
  return response;
}

struct Rig {
  const ringdex::telephony::NumberParser parser;
  HttpScript script;
  Credential credential{FixedAuth{"x-api-token", "t"}, nullptr, {}};
  RateBudget budget{0};
  DailyQuota quota{100};
  std::unique_ptr<Connector> connector =
      make_pipedrive_connector({kMapping, "https://acme.pipedrive.com", "", "", 100, true}, {credential, budget, quota},
                               scripted(script), parser);
};

constexpr const char* kLeadsCursor = R"({"v":1,"stage":"leads","listing":true})";

}  // namespace

TEST_CASE("recorded pipedrive persons are understood") {
  if (!have_recordings()) return;
  const auto answer = read_file(kFolder / "nango-recorded/list-persons.test.json")["api"]["get"]["/v1/persons"];
  int persons = 0;
  for (const auto& person : answer["response"]["data"]) {
    const auto row = read_pipedrive_person(person, kMapping, "https://acme.pipedrive.com", kNow);
    REQUIRE(row.kind == PipedriveRow::Kind::caller);
    CHECK(row.external_id == std::to_string(person["id"].get<int>()));
    CHECK(row.raw.record.name == person["name"].get<std::string>());
    CHECK(row.updated_at.has_value());
    CHECK(row.raw.record.organization_id ==
          (person["org_id"].is_null() ? "" : std::to_string(person["org_id"]["value"].get<int>())));
    std::size_t phones = 0;
    for (const auto& phone : person["phone"]) phones += phone["value"] != "" ? 1U : 0U;
    CHECK(row.raw.phones.size() == phones);
    ++persons;
  }
  CHECK(persons >= 2);
  MESSAGE(persons << " persons");
}

TEST_CASE("a recorded page of leads becomes a page of records, and its headers are heeded") {
  if (!have_recordings()) return;
  const auto answer = read_file(kFolder / "nango-recorded/list-leads.test.json")["api"]["get"]["/v1/leads"];
  Rig rig;
  rig.script.answers.emplace_back(recorded(answer));
  const auto page = rig.connector->next_page(kLeadsCursor, kNow);
  REQUIRE(page);
  CHECK(page->rejected.empty());
  CHECK_FALSE(page->more);
  CHECK(page->ends_listing);
  const auto& rows = answer["response"]["data"];
  REQUIRE(page->records.size() == rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& record = page->records[i];
    CHECK(record.id.external_id == rows[i]["id"].get<std::string>());
    CHECK(record.person_id == std::to_string(rows[i]["person_id"].get<int>()));
    CHECK(record.custom.at("title") == rows[i]["title"].get<std::string>());
    CHECK(record.updated_at == text::parse_iso_time(rows[i]["update_time"].get<std::string>()));
  }
  CHECK(rig.connector->requests_left(kNow).today == 149'580U);
  // The next delta starts where the source's clock stood at the answer.
  CHECK(json::parse(page->next_cursor)["leads_since"] ==
        text::parse_iso_time("2026-05-15T10:10:13Z")->time_since_epoch().count());
}

TEST_CASE("other recordings of lists") {
  if (!have_recordings()) return;
  Rig rig;
  rig.script.add(200, read_file(kFolder / "amp-connectors-fixtures/leads.json").dump());
  const auto page = rig.connector->next_page(kLeadsCursor, kNow);
  REQUIRE(page);
  CHECK(page->records.size() == 1);
  rig.script.add(200, read_file(kFolder / "amp-connectors-fixtures/zero-records.json").dump());
  const auto empty = rig.connector->next_page(kLeadsCursor, kNow);
  REQUIRE(empty);
  CHECK(empty->records.empty());
  CHECK(empty->ends_listing);
}

TEST_CASE("a recorded webhook of version 1 asks for its person") {
  if (!have_recordings()) return;
  const auto body = read_file(kFolder / "pipedream-test-events/webhook_v1_updated.person.json");
  const auto hints = read_pipedrive_webhook({{{"authorization", "Basic dTpw"}}, body.dump()}, "u", "p", kNow);
  REQUIRE(hints);
  REQUIRE(hints->size() == 1);
  CHECK(hints->front().kind == Hint::Kind::refetch);
  CHECK(hints->front().ids == std::vector<std::string>{"11"});
  CHECK(hints->front().happened_at == text::parse_iso_time("2025-02-17T21:26:58Z"));
  // The whole old person stands in it too.
  CHECK(read_pipedrive_person(body["current"], kMapping, "", kNow).raw.phones.empty());
}
