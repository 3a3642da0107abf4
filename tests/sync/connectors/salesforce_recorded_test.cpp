#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "sync/connectors/salesforce/salesforce_api.h"
#include "sync/connectors/salesforce/salesforce_deletions.h"
#include "sync/connectors/salesforce/salesforce_id.h"
#include "sync/connectors/salesforce/salesforce_rows.h"
#include "telephony/text/times.h"
#include "tests/support/scripted_http.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::test_support::HttpScript;
using ringdex::test_support::scripted;

// What real Salesforce orgs answered, as others recorded it. The recordings are read in place and are not part of this
// repository; without them these tests say so and pass.
namespace {

const std::filesystem::path kFolder = std::filesystem::path(RINGDEX_DATA_DIR) / "salesforce";
const MappingOptions kMapping{"sf", "US", 10, 10, {}};

bool have_recordings() {
  if (std::filesystem::is_directory(kFolder)) return true;
  MESSAGE("skipped: no recordings in " << kFolder.string());
  return false;
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  REQUIRE(in.good());
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

json parse(const std::string& text) {
  auto value = json::parse(text, nullptr, false);
  REQUIRE_FALSE(value.is_discarded());
  return value;
}

json read_file(const std::string& path) {
  return parse(read_text(kFolder / path));
}

// The bodies in a cassette: single-quoted YAML texts, folded at blanks where they are long.
std::vector<json> read_cassette(const std::filesystem::path& path) {
  std::vector<json> bodies;
  std::istringstream lines(read_text(path));
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("string: '");
    if (at == std::string::npos) continue;
    const auto is_whole = [&] { return line.size() > at + 9 && line.ends_with('\'') && !line.ends_with("''"); };
    for (std::string more; !is_whole() && line.size() > at + 10 && std::getline(lines, more);) {
      line += " " + more.substr(std::min(more.find_first_not_of(' '), more.size()));
    }
    if (!is_whole()) continue;
    std::string text = line.substr(at + 9, line.size() - at - 10);
    for (std::size_t quote = 0; (quote = text.find("''", quote)) != std::string::npos; ++quote) text.erase(quote, 1);
    auto body = json::parse(text, nullptr, false);
    if (!body.is_discarded()) bodies.push_back(std::move(body));
  }
  return bodies;
}

}  // namespace

TEST_CASE("salesforce: recorded ids are what their first fifteen characters say") {
  if (!have_recordings()) return;
  const std::regex kId(R"re("(?:Id|id|AccountId|OwnerId|LastModifiedById)"\s*:\s*"([A-Za-z0-9]{18})")re");
  std::set<std::string> ids;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
    const std::string text = read_text(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), kId), end; at != end; ++at) ids.insert((*at)[1]);
  }
  std::size_t odd = 0;
  for (const auto& id : ids) {
    // Some fixtures have made-up ids, whose last characters mean nothing.
    if (salesforce_id(id.substr(0, 15)) != id) ++odd;
  }
  MESSAGE(ids.size() << " ids, " << odd << " of them made up");
  CHECK(ids.size() > 2000);
  CHECK(odd * 100 < ids.size());
}

TEST_CASE("salesforce: a recorded listing of accounts in two batches becomes one page") {
  if (!have_recordings()) return;
  const auto recorded = read_file("nango-recorded/accounts.test.json")["api"]["get"];
  const ringdex::telephony::NumberParser parser;
  HttpScript script;
  std::set<std::string> names;
  std::vector<HttpResponse> answers(2);
  for (const auto& [path, exchange] : recorded.items()) {
    const auto& one = exchange.is_array() ? exchange.front() : exchange;
    auto& answer = answers[path.ends_with("-2000") ? 1 : 0];
    answer.status = one["status"];
    answer.body = one["response"].dump();
    for (const auto& [name, value] : one["headers"].items()) answer.headers[name] = value.get<std::string>();
    for (const auto& row : one["response"]["records"]) names.insert(row["Name"].get<std::string>());
  }
  for (auto& answer : answers) script.answers.emplace_back(std::move(answer));
  Credential credential(bearer_auth("t"), nullptr, {});
  RateBudget budget(0);
  DailyQuota quota(50);
  SalesforceSchema schema;
  const auto now = *text::parse_iso_time("2026-05-06T12:00:00Z");
  SalesforceDescription description{true, true, {{"Id", {"id", true, ""}}, {"SystemModstamp", {"datetime", true, ""}}}};
  schema.learned("Account", std::make_shared<const SalesforceDescription>(description), now);
  const auto connector = make_salesforce_connector({kMapping, "v59.0", "", 5'000, ""},
                                                   {credential, budget, quota, schema}, scripted(script), parser);
  const auto page = connector->next_page("", now);
  REQUIRE(page);
  CHECK(page->begins_listing);
  CHECK(page->rejected.empty());
  CHECK(page->organizations.size() == 2086);
  CHECK(connector->requests_left(now).today == 7500 - 891);
  CHECK(script.asked.at(1).target == "/services/data/v59.0/query/0r8xx5R2yF2gs3VASQ-2000");
  std::set<std::string> read;
  for (const auto& organization : page->organizations) read.insert(organization.name);
  CHECK(read == names);
}

TEST_CASE("salesforce: a recorded describe chooses the phones that there are") {
  if (!have_recordings()) return;
  const std::string text = read_text(kFolder / "cumulusci-vcr/GET_sobjects_Contact_describe.yaml");
  const auto description = read_salesforce_describe(parse(text.substr(text.find("string: >") + 9)));
  REQUIRE(description);
  CHECK(description->replicateable);
  const auto selection = select_salesforce_rows(SalesforceObject::contact, *description, kMapping);
  CHECK(selection.stamp == "SystemModstamp");
  CHECK(selection.phones == std::vector<std::pair<std::string, std::string>>{{"Phone", "work"},
                                                                             {"MobilePhone", "mobile"},
                                                                             {"HomePhone", "home"},
                                                                             {"OtherPhone", "other"},
                                                                             {"Fax", "fax"}});
  for (const char* name : {"IsDeleted", "MasterRecordId", "Name", "Email", "Account.Name"}) {
    CAPTURE(name);
    CHECK(std::ranges::count(selection.fields, name) == 1);
  }
}

TEST_CASE("salesforce: recorded answers of 2015 are understood") {
  if (!have_recordings()) return;
  int rows = 0;
  int descriptions = 0;
  SalesforceSelection selection;
  selection.stamp = "SystemModstamp";
  for (const auto& entry : std::filesystem::directory_iterator(kFolder / "restforce-db-vcr")) {
    CAPTURE(entry.path().filename().string());
    for (const auto& body : read_cassette(entry.path())) {
      if (body.contains("fields") && body.contains("keyPrefix")) {
        ++descriptions;
        const auto description = read_salesforce_describe(body);
        REQUIRE(description);
        CHECK(description->fields.size() == body["fields"].size());
        if (body["name"] == "Contact") {
          const auto contact = select_salesforce_rows(SalesforceObject::contact, *description, kMapping);
          CHECK(contact.phones.size() == 5);
          CHECK(std::ranges::count(contact.fields, "Account.Name") == 1);
        }
      }
      if (!body.contains("records")) continue;
      for (const auto& row : body["records"]) {
        ++rows;
        const auto key = read_salesforce_key(row, selection);
        REQUIRE(key);
        CHECK(key->id == row["Id"].get<std::string>());
        CHECK(key->stamp > *text::parse_iso_time("2015-01-01T00:00:00Z"));
        CHECK(read_salesforce_person(row, selection, kMapping, "").kind == SalesforceRow::Kind::person);
      }
    }
  }
  MESSAGE(rows << " rows, " << descriptions << " descriptions");
  CHECK(rows > 20);
  CHECK(descriptions > 5);
}

TEST_CASE("salesforce: recorded errors and deletions are understood") {
  if (!have_recordings()) return;
  const auto code = [](const std::string& path) { return salesforce_error_code({400, {}, read_text(kFolder / path)}); };
  CHECK(code("restforce-fixtures/query_error_response.json") == "INVALID_FIELD");
  CHECK(code("restforce-fixtures/expired_session_response.json") == "INVALID_SESSION_ID");
  CHECK(code("restforce-fixtures/delete_error_response.json") == "NOT_FOUND");
  CHECK(code("restforce-fixtures/refresh_error_response.json") == "invalid_grant");
  CHECK(code("amp-connectors-fixtures/unknown-field.json") == "INVALID_FIELD");
  CHECK(code("amp-connectors-fixtures/crm__delete__not-found.json") == "ENTITY_IS_DELETED");
  const auto log = read_salesforce_deletions(read_file("restforce-fixtures/get_deleted_success_response.json"));
  REQUIRE(log);
  CHECK(log->deletions ==
        std::vector<SalesforceDeletion>{{*text::parse_iso_time("2013-05-07T22:07:19Z"), "a00D0000008pQRAIA2"}});
  CHECK(log->earliest_available == text::parse_iso_time("2013-05-03T15:57:00Z"));
  CHECK(log->covered_until == text::parse_iso_time("2013-05-08T21:20:00Z"));
}

TEST_CASE("salesforce: the limit header as orgs of several kinds sent it") {
  if (!have_recordings()) return;
  const std::regex kUsage(R"re(api-usage=\d+/\d+[^"\n]*)re");
  int headers = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kFolder)) {
    if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
    const std::string text = read_text(entry.path());
    for (std::sregex_iterator at(text.begin(), text.end(), kUsage), end; at != end; ++at) {
      const auto usage = read_salesforce_usage((*at)[0]);
      REQUIRE(usage);
      CHECK(usage->used <= usage->limit);
      ++headers;
    }
  }
  CHECK(headers > 20);
}
