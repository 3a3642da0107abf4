#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "sync/connectors/zendesk/zendesk.h"
#include "sync/connectors/zendesk/zendesk_rows.h"
#include "telephony/text/base64.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/times.h"
#include "tests/support/gunzip.h"
#include "tests/support/scripted_http.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::test_support::gunzip;
using ringdex::test_support::HttpScript;
using ringdex::test_support::scripted;

// What real Zendesks answered, as others recorded it. The recordings are read in place and are not part of this
// repository; without them these tests say so and pass.
namespace {

const std::filesystem::path kFolder = std::filesystem::path(RINGDEX_DATA_DIR) / "zendesk";
const ringdex::index::TimePoint kNow = *text::parse_iso_time("2026-06-01T00:00:00Z");
const MappingOptions kMapping{"z", "US", 10, 10, {}};

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

struct Recorded {
  std::string method;
  std::string target;
  HttpResponse response;
};

std::vector<Recorded> read_betamax(const std::filesystem::path& path) {
  std::vector<Recorded> result;
  const auto cassette = read_file(path);
  for (const auto& interaction : cassette["http_interactions"]) {
    const auto& answer = interaction["response"];
    Recorded recorded;
    recorded.method = interaction["request"]["method"];
    const std::string uri = interaction["request"]["uri"];
    recorded.target = uri.substr(uri.find('/', uri.find("://") + 3));
    recorded.response.status = answer["status"]["code"];
    for (const auto& [name, values] : answer["headers"].items()) {
      std::string lower = name;
      std::transform(lower.begin(), lower.end(), lower.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      recorded.response.headers[lower] = values.is_array() ? values[0].get<std::string>() : values.get<std::string>();
    }
    if (answer["body"].contains("base64_string")) {
      const auto bytes = text::base64_decode(answer["body"]["base64_string"].get<std::string>());
      REQUIRE(bytes);
      if (bytes->starts_with("\x1f\x8b")) {
        const auto text = gunzip(*bytes);
        REQUIRE(text);
        recorded.response.body = *text;
      } else {
        recorded.response.body = *bytes;
      }
    } else {
      recorded.response.body = answer["body"].value("string", "");
    }
    result.push_back(std::move(recorded));
  }
  return result;
}

struct Counts {
  int callers = 0, gone = 0, others = 0;
};

void read_rows(const json& body, Counts& counts) {
  std::vector<json> rows;
  if (body.contains("users") && body["users"].is_array()) rows = body["users"].get<std::vector<json>>();
  if (body.contains("user") && body["user"].is_object()) rows.push_back(body["user"]);
  for (const auto& user : rows) {
    const auto row = read_zendesk_user(user, kMapping, "https://acme.zendesk.com", kNow);
    CAPTURE(user.dump());
    REQUIRE(row.kind != ZendeskUserRow::Kind::bad);
    CHECK(row.external_id == std::to_string(user["id"].get<std::uint64_t>()));
    if (row.kind == ZendeskUserRow::Kind::caller) {
      ++counts.callers;
      CHECK(row.raw.record.name == user["name"].get<std::string>());
      CHECK(row.raw.record.created_at.has_value());
    } else {
      ++(row.kind == ZendeskUserRow::Kind::gone ? counts.gone : counts.others);
    }
  }
}

}  // namespace

TEST_CASE("recorded users are all understood") {
  if (!have_recordings()) return;
  Counts counts;
  int not_found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "zenpy-betamax")) {
    CAPTURE(entry.path().filename().string());
    for (const auto& recorded : read_betamax(entry.path())) {
      const auto body = json::parse(recorded.response.body, nullptr, false);
      if (recorded.response.status == 200) {
        REQUIRE(body.is_object());
        read_rows(body, counts);
      } else if (recorded.response.status == 404) {
        // Zendesk's own 404 is told from a closed account's by this.
        ++not_found;
        REQUIRE(body.is_object());
        CHECK(body.contains("error"));
      }
    }
  }
  CHECK(counts.callers > 1000);
  CHECK(counts.others > 0);
  MESSAGE(counts.callers << " end users, " << counts.gone << " deleted, " << counts.others << " agents, " << not_found
                         << " times not found");
}

TEST_CASE("users recorded in 2026 are understood") {
  if (!have_recordings()) return;
  Counts counts;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "nango-recorded")) {
    const auto api = read_file(entry.path())["api"];
    // Method, path, then one answer or a list of them.
    const std::function<void(const json&)> walk = [&](const json& value) {
      if (value.is_object() && value.contains("response")) {
        if (value["response"].is_object()) read_rows(value["response"], counts);
      } else if (value.is_structured()) {
        for (const auto& inner : value) walk(inner);
      }
    };
    walk(api);
  }
  CHECK(counts.callers > 0);
  CHECK(counts.others > 0);
  Counts trimmed;
  read_rows(read_file(kFolder / "amp-connectors-fixtures/read__incremental__users-1-first-page.json"), trimmed);
  CHECK(trimmed.callers == 1);
}

TEST_CASE("a recorded export page becomes a page of records") {
  if (!have_recordings()) return;
  const ringdex::telephony::NumberParser parser;
  HttpScript script;
  Credential credential(bearer_auth("t"), nullptr, {});
  RateBudget export_budget(10);
  RateBudget account_budget(200);
  const auto connector = make_zendesk_connector({kMapping, "https://acme.zendesk.com", "", 1000},
                                                {credential, export_budget, account_budget}, scripted(script), parser);
  int pages = 0;
  for (const auto& recorded : read_betamax(kFolder / "zenpy-betamax/UsersIncrementalTest.test_get_values.json")) {
    if (recorded.target.find("/users/cursor") == std::string::npos) continue;
    // Recorded without the sideload: each end user's identities are asked for, and there are none.
    script.answers.emplace_back(recorded.response);
    script.otherwise = [](const HttpRequest&) -> HttpScript::Answer {
      return HttpResponse{200, {}, R"({"identities":[],"meta":{"has_more":false}})"};
    };
    const std::string cursor =
        R"({"v":1,"stage":"users","listing":true,"listed_until":0,"organizations_since":0,"users_since":0})";
    auto now = kNow + std::chrono::hours(pages);
    auto page = connector->next_page(cursor, now);
    for (int waits = 0; !page && waits < 20; ++waits) {
      CAPTURE(page.error().message);
      REQUIRE(page.error().kind == FetchErrorKind::rate_limited);
      now += *page.error().wait;
      page = connector->next_page(cursor, now);
    }
    REQUIRE(page);
    ++pages;
    const auto body = json::parse(recorded.response.body);
    CHECK(page->records.size() + page->deletions.size() + page->rejected.size() == body["users"].size());
    CHECK(page->rejected.empty());
    CHECK(page->more);
    CHECK(json::parse(page->next_cursor)["after_cursor"] == body["after_cursor"]);
    CHECK(account_budget.requests_per_minute() == 700);
  }
  CHECK(pages == 2);
}

TEST_CASE("recorded organizations are understood") {
  if (!have_recordings()) return;
  int organizations = 0;
  const auto recordings = read_file(kFolder / "node-zendesk-nock/organizations_test_list_all.json");
  for (const auto& recorded : recordings) {
    const auto& body = recorded["response"];
    if (!body.is_object()) {
      MESSAGE("skipped: a body recorded as packed bytes");
      continue;
    }
    for (const auto& row : body.value("organizations", json::array())) {
      const auto organization = read_zendesk_organization(row);
      REQUIRE(organization);
      CHECK(organization->name == row["name"].get<std::string>());
      ++organizations;
    }
  }
  MESSAGE(organizations << " organizations");
}
