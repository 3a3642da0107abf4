#include "sync/connectors/salesforce/salesforce_rows.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/connectors/salesforce/salesforce_api.h"
#include "sync/connectors/salesforce/salesforce_cursor.h"
#include "sync/connectors/salesforce/salesforce_deletions.h"
#include "sync/connectors/salesforce/salesforce_id.h"
#include "sync/connectors/salesforce/salesforce_query.h"
#include "sync/connectors/salesforce/salesforce_search.h"
#include "telephony/text/times.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::index::Consent;
using ringdex::index::OrganizationName;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;
using Kind = SalesforceRow::Kind;

namespace {

const MappingOptions kMapping{
    "sf", "US", 10, 10, {"AssistantPhone"}, {{"tier", "tier__c"}, {"none", "None__c"}}, {}, {"Interests__c"}};

json describe(std::vector<std::pair<const char*, const char*>> fields) {
  json rows = json::array();
  for (const auto& [name, type] : fields) {
    rows.push_back({{"name", name},
                    {"type", type},
                    {"filterable", true},
                    {"relationshipName", name == std::string("AccountId") ? json("Account") : json()}});
  }
  return {{"fields", rows}, {"replicateable", true}};
}

SalesforceDescription contact_description() {
  return *read_salesforce_describe(describe({{"Id", "id"},
                                             {"IsDeleted", "boolean"},
                                             {"MasterRecordId", "reference"},
                                             {"AccountId", "reference"},
                                             {"Name", "string"},
                                             {"FirstName", "string"},
                                             {"LastName", "string"},
                                             {"Title", "string"},
                                             {"Email", "email"},
                                             {"OwnerId", "reference"},
                                             {"CreatedDate", "datetime"},
                                             {"SystemModstamp", "datetime"},
                                             {"DoNotCall", "boolean"},
                                             {"HasOptedOutOfEmail", "boolean"},
                                             {"Fax", "phone"},
                                             {"Phone", "phone"},
                                             {"MobilePhone", "phone"},
                                             {"AssistantPhone", "phone"},
                                             {"Direct__c", "phone"},
                                             {"Tier__c", "double"},
                                             {"Interests__c", "multipicklist"},
                                             {"Salutation", "picklist"}}));
}

SalesforceSelection contact_selection() {
  return select_salesforce_rows(SalesforceObject::contact, contact_description(), kMapping);
}

json contact() {
  return {{"attributes", {{"type", "Contact"}, {"url", "/services/data/v60.0/sobjects/Contact/0035e00000abcdeAAA"}}},
          {"Id", "003ak000003dQCGAA2"},
          {"IsDeleted", false},
          {"MasterRecordId", nullptr},
          {"AccountId", "001ak00000OKNPHAA5"},
          {"Account", {{"attributes", {{"type", "Account"}}}, {"Name", "Acme"}}},
          {"Name", "Robin C."},
          {"Title", "Buyer"},
          {"Email", "robin@example.org"},
          {"OwnerId", "005dM00000awSFJQA2"},
          {"CreatedDate", "2024-01-02T03:04:05.000+0000"},
          {"SystemModstamp", "2026-05-01T07:25:37.000+0000"},
          {"DoNotCall", true},
          {"HasOptedOutOfEmail", false},
          {"Fax", "+1 415 555 2679"},
          {"Phone", "(415) 555-2671 x3"},
          {"MobilePhone", nullptr},
          {"AssistantPhone", "+1 415 555 2675"},
          {"Direct__c", "+1 415 555 2672"},
          {"Tier__c", 3.0},
          {"Interests__c", "golf;tea"}};
}

SalesforceRow read(const json& row, const SalesforceSelection& selection = contact_selection()) {
  return read_salesforce_person(row, selection, kMapping, "https://acme.my.salesforce.com");
}

}  // namespace

TEST_CASE("salesforce: ids of either length are one id") {
  // Real ones, as recorded.
  for (const std::string id : {"001dM00003jU9GyQAK", "0031a000005hwVaAAI", "a00D0000008pQRAIA2", "003ak000003dQCGAA2",
                               "005dM00000awSFJQA2", "001dM00003kSQJvQAO"}) {
    CAPTURE(id);
    CHECK(salesforce_id(id) == id);
    CHECK(salesforce_id(id.substr(0, 15)) == id);
    std::string shouted = id;
    for (char& c : shouted) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    CHECK(salesforce_id(shouted) == id);
  }
  for (const std::string bad : {"", "003", "001dM00003jU9GyQA", "001dM00003jU9GyQA!", "001dM00003jU9G'",
                                "001dM00003jU9GyZZZ", "001dM00003jU9GyQAK0", "001dM00003jU9Gy999"}) {
    CAPTURE(bad);
    CHECK_FALSE(salesforce_id(bad));
  }
}

TEST_CASE("salesforce: what is selected is what describe knows") {
  const auto selection = contact_selection();
  CHECK(selection.stamp == "SystemModstamp");
  CHECK(selection.phones ==
        std::vector<std::pair<std::string, std::string>>{
            {"Phone", "work"}, {"MobilePhone", "mobile"}, {"Direct__c", "Direct__c"}, {"Fax", "fax"}});
  const auto has = [&](const char* name) { return std::ranges::count(selection.fields, name); };
  CHECK(has("Account.Name") == 1);
  CHECK(has("AssistantPhone") == 1);  // mapped
  CHECK(has("Tier__c") == 1);         // mapped as tier__c
  CHECK(has("Salutation") == 0);
  CHECK(has("HomePhone") == 0);
  CHECK(has("Id") == 0);
  CHECK(selection.missing == std::vector<std::string>{"None__c"});
  const auto unmapped =
      select_salesforce_rows(SalesforceObject::contact, contact_description(), {"sf", "US", 10, 10, {}});
  CHECK(std::ranges::count(unmapped.fields, "AssistantPhone") == 0);

  auto older = contact_description();
  older.fields["SystemModstamp"].filterable = false;
  older.fields["LastModifiedDate"] = {"datetime", true, ""};
  older.fields["AccountId"].relationship.clear();
  const auto fallback = select_salesforce_rows(SalesforceObject::contact, older, kMapping);
  CHECK(fallback.stamp == "LastModifiedDate");
  CHECK(std::ranges::count(fallback.fields, "Account.Name") == 0);
}

TEST_CASE("salesforce: describe is read with care") {
  CHECK_FALSE(read_salesforce_describe(json::array()));
  CHECK_FALSE(read_salesforce_describe(json{{"fields", 5}}));
  CHECK_FALSE(read_salesforce_describe(json{{"fields", {{{"name", "Name"}}}}}));
  const auto odd = read_salesforce_describe(
      json{{"fields", {{{"name", "Id"}}, {{"name", "Na,me"}}, {{"name", std::string(200, 'x')}}, 5, {{"name", 7}}}}});
  REQUIRE(odd);
  CHECK(odd->fields.size() == 1);
}

TEST_CASE("salesforce: a contact becomes a record") {
  const auto row = read(contact());
  REQUIRE(row.kind == Kind::person);
  const auto& record = row.raw.record;
  CHECK(record.id.to_string() == "sf:contact:003ak000003dQCGAA2");
  CHECK(record.name == "Robin C.");
  CHECK(record.title == "Buyer");
  CHECK(record.organization == "Acme");
  CHECK(record.organization_id == "001ak00000OKNPHAA5");
  CHECK(row.organization == OrganizationName{"001ak00000OKNPHAA5", "Acme"});
  CHECK(record.owner == "005dM00000awSFJQA2");
  CHECK(record.emails == std::vector<std::string>{"robin@example.org"});
  CHECK(record.url == "https://acme.my.salesforce.com/lightning/r/Contact/003ak000003dQCGAA2/view");
  CHECK(record.consent == std::map<std::string, Consent>{{"call", Consent::unsubscribed}});
  CHECK(record.created_at == text::parse_iso_time("2024-01-02T03:04:05Z"));
  CHECK(record.updated_at == text::parse_iso_time("2026-05-01T07:25:37Z"));
  CHECK(record.version == record.updated_at->time_since_epoch().count());
  CHECK(row.raw.phones == std::vector<std::pair<std::string, std::string>>{{"work", "(415) 555-2671 x3"},
                                                                           {"Direct__c", "+1 415 555 2672"},
                                                                           {"fax", "+1 415 555 2679"}});
  CHECK(row.raw.fields == std::map<std::string, std::vector<std::string>>{{"AssistantPhone", {"+1 415 555 2675"}},
                                                                          {"Interests__c", {"golf", "tea"}},
                                                                          {"tier__c", {"3"}}});
  auto nameless = contact();
  nameless.erase("Name");
  nameless["FirstName"] = "Robin";
  nameless["LastName"] = "C.";
  nameless["Account"] = nullptr;
  const auto other = read(nameless);
  CHECK(other.raw.record.name == "Robin C.");
  CHECK_FALSE(other.organization);
  CHECK(other.raw.record.organization_id == "001ak00000OKNPHAA5");
}

TEST_CASE("salesforce: deleted, merged and converted rows leave") {
  auto row = contact();
  row["IsDeleted"] = true;
  CHECK(read(row).kind == Kind::gone);
  CHECK_FALSE(read(row).merged_into);
  CHECK(read(row).version == text::parse_iso_time("2026-05-01T07:25:37Z")->time_since_epoch().count());
  row["MasterRecordId"] = "003ak000003dQCD";
  CHECK(read(row).merged_into == RecordId{"sf", RecordKind::contact, "003ak000003dQCDAA2"});
  auto selection = contact_selection();
  selection.object = SalesforceObject::lead;
  auto lead = contact();
  lead["IsConverted"] = true;
  lead["ConvertedContactId"] = "003ak000003dQCDAA2";
  CHECK(read(lead, selection).kind == Kind::gone);
  CHECK(read(lead, selection).merged_into == RecordId{"sf", RecordKind::contact, "003ak000003dQCDAA2"});
  lead["ConvertedContactId"] = nullptr;
  CHECK_FALSE(read(lead, selection).merged_into);
  lead["MasterRecordId"] = "00Qak000003dQCDAA2";
  CHECK(read(lead, selection).merged_into->kind == RecordKind::lead);
  CHECK(read_salesforce_account(json{{"Id", "001ak00000OKNPHAA5"}, {"Name", "Acme"}}) ==
        OrganizationName{"001ak00000OKNPHAA5", "Acme"});
  CHECK(
      read_salesforce_account(json{{"Id", "001ak00000OKNPHAA5"}, {"Name", "Acme"}, {"IsDeleted", true}})->name.empty());
  CHECK_FALSE(read_salesforce_account(json{{"Name", "Acme"}}));
}

TEST_CASE("salesforce: a row that makes no sense is bad and never throws") {
  CHECK(read(json()).kind == Kind::bad);
  CHECK(read(json::array()).external_id.empty());
  auto row = contact();
  row["SystemModstamp"] = "yesterday";
  CHECK(read(row).kind == Kind::bad);
  CHECK(read(row).external_id == "003ak000003dQCGAA2");
  const auto whole = contact();
  for (const auto& [name, value] : whole.items()) {
    for (const json& other : {json(), json(5), json(-5), json(1.5), json("x"), json(true), json(1e300),
                              json::array({5, "x", nullptr}), json{{"Name", json::array()}}}) {
      auto changed = whole;
      changed[name] = other;
      CAPTURE(changed.dump());
      const auto result = read(changed);
      CHECK((result.kind == Kind::bad) == !result.detail.empty());
    }
  }
}

TEST_CASE("salesforce: queries") {
  const auto time = *text::parse_iso_time("2026-01-04T05:33:20.005Z");
  CHECK(soql_time(time) == "2026-01-04T05:33:20.005Z");
  CHECK(soql_listing_tail("", 200) == " ORDER BY Id ASC LIMIT 200");
  CHECK(soql_listing_tail("003ak000003dQCGAA2", 5) == " WHERE Id > '003ak000003dQCGAA2' ORDER BY Id ASC LIMIT 5");
  CHECK(soql_changes_tail("SystemModstamp", {time, "003ak000003dQCGAA2"}, time + std::chrono::seconds(1), 7) ==
        " WHERE SystemModstamp >= 2026-01-04T05:33:20.005Z AND SystemModstamp < 2026-01-04T05:33:21.005Z AND "
        "(SystemModstamp > 2026-01-04T05:33:20.005Z OR (SystemModstamp = 2026-01-04T05:33:20.005Z AND "
        "Id > '003ak000003dQCGAA2')) ORDER BY SystemModstamp ASC, Id ASC LIMIT 7");
  auto selection = contact_selection();
  CHECK(query_targets("v60.0", selection, "", 8'000).size() == 1);
  const auto parts = query_targets("v60.0", selection, " LIMIT 1", 200);
  CHECK(parts.size() > 2);
  std::size_t commas = 0;
  for (const auto& part : parts) {
    CHECK(part.size() <= 200);
    CHECK(part.starts_with("/services/data/v60.0/queryAll/?q=SELECT%20Id%2CSystemModstamp%2C"));
    CHECK(part.ends_with("%20FROM%20Contact%20LIMIT%201"));
    for (std::size_t at = 0; (at = part.find("%2C", at)) != std::string::npos; ++at) ++commas;
  }
  CHECK(commas == selection.fields.size() + parts.size());
}

TEST_CASE("salesforce: what is searched for") {
  const ringdex::telephony::NumberParser parser;
  const auto terms = [&](const char* e164) {
    return salesforce_search_terms(parser, *ringdex::telephony::PhoneNumber::from_e164(e164));
  };
  CHECK(terms("+14155552671") == std::vector<std::string>{"4155552671", "*4155552671"});
  CHECK(terms("+442079460958") == std::vector<std::string>{"02079460958", "*2079460958"});
  CHECK(terms("+4930901820")[1] == "*30901820");
}

TEST_CASE("salesforce: the limit header in all its forms") {
  CHECK(read_salesforce_usage("api-usage=10018/100000") == SalesforceUsage{10018, 100'000});
  CHECK(read_salesforce_usage("api-usage=5/15000; api-bursts=1/750") == SalesforceUsage{5, 15'000});
  CHECK(read_salesforce_usage("per-app-api-usage=17/250(appName=sample); api-usage=18/5000") ==
        SalesforceUsage{18, 5'000});
  for (const std::string odd : {"", "api-usage=", "api-usage=5", "api-usage=5/", "api-usage=x/5",
                                "per-app-api-usage=17/250", "api-usage=99999999999999999999/5"}) {
    CHECK_FALSE(read_salesforce_usage(odd));
  }
}

TEST_CASE("salesforce: the log of deletions") {
  const auto log = read_salesforce_deletions(json::parse(R"({
    "deletedRecords": [{"id": "003ak000003dQCGAA2", "deletedDate": "2026-05-07T22:07:19.000+0000"},
                       {"id": "003ak000003dQCD", "deletedDate": "2026-05-07T21:07:19.000+0000"},
                       {"id": "x", "deletedDate": "2026-05-07T21:07:19.000+0000"}, {"id": "003ak000003dQCD"}, 5],
    "earliestDateAvailable": "2026-05-03T15:57:00.000+0000", "latestDateCovered": "2026-05-08T21:20:00.000+0000"})"));
  REQUIRE(log);
  REQUIRE(log->deletions.size() == 2);
  CHECK(log->deletions[0].id == "003ak000003dQCDAA2");
  CHECK(log->covered_until == text::parse_iso_time("2026-05-08T21:20:00Z"));
  CHECK_FALSE(read_salesforce_deletions(json{{"ids", json::array()}}));
  const auto minute = *text::parse_iso_time("2026-01-04T05:33:00Z");
  const auto due = [&](int from, int until) {
    return is_salesforce_check_due(minute + std::chrono::seconds(from), minute + std::chrono::seconds(until));
  };
  CHECK_FALSE(due(0, 60));
  CHECK_FALSE(due(0, 119));
  CHECK(due(0, 120));
  CHECK(due(59, 120));
  CHECK_FALSE(due(0, -1000));
}

TEST_CASE("salesforce: the cursor is read as it was written, and nothing else is") {
  SalesforceCursor cursor;
  cursor.stage = SalesforceCursor::Stage::deleted_leads;
  cursor.listing = false;
  cursor.started = *text::parse_iso_time("2026-01-04T05:33:20.123Z");
  cursor.until = cursor.started - std::chrono::minutes(1);
  cursor.at = {cursor.until, "003ak000003dQCGAA2"};
  cursor.leads_checked = cursor.contacts_since = cursor.until;
  CHECK(SalesforceCursor::from_text(cursor.to_text()) == cursor);
  CHECK(SalesforceCursor::from_text("") == SalesforceCursor{});
  const auto whole = json::parse(cursor.to_text());
  CHECK(whole.dump() == cursor.to_text());
  for (const auto& [name, value] : whole.items()) {
    if (name == "after") continue;
    for (const json& other : {json(), json(-1), json("x"), json(1.5), json::array()}) {
      auto changed = whole;
      changed[name] = other;
      CAPTURE(changed.dump());
      CHECK_FALSE(SalesforceCursor::from_text(changed.dump()));
    }
  }
  auto injected = whole;
  injected["after"] = "003' OR Id != '";
  CHECK_FALSE(SalesforceCursor::from_text(injected.dump()));
  injected = whole;
  injected["listing"] = true;
  CHECK_FALSE(SalesforceCursor::from_text(injected.dump()));
  for (const std::string odd : {"x", "{}", "5", "[]"}) CHECK_FALSE(SalesforceCursor::from_text(odd));
}
