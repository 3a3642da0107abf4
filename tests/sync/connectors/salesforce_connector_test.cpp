#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/connectors/salesforce/salesforce.h"
#include "telephony/text/percent_encoding.h"
#include "telephony/text/times.h"
#include "tests/support/fakes/fake_webhooks.h"
#include "tests/support/scripted_http.h"
#include "tests/support/test_parser.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;
using ringdex::test_support::HttpScript;
using ringdex::test_support::scripted;

// The connector against answers that a healthy Salesforce does not give, or gives rarely.
namespace {

const TimePoint kNow = *text::parse_iso_time("2026-01-04T05:33:20Z");
const std::string kDescribe = "/services/data/v60.0/sobjects/";

std::shared_ptr<const SalesforceDescription> description(std::vector<const char*> fields) {
  auto result = std::make_shared<SalesforceDescription>();
  result->exists = true;
  for (const char* name : {"Id", "IsDeleted", "SystemModstamp", "Name"}) result->fields[name] = {"string", true, ""};
  for (const char* name : fields) result->fields[name] = {"phone", true, ""};
  return result;
}

struct Rig {
  HttpScript script;
  Credential credential{bearer_auth("a-secret-token"), nullptr, {}};
  RateBudget budget{0};
  DailyQuota quota{100};
  SalesforceSchema schema;
  std::unique_ptr<Connector> connector;

  explicit Rig(std::size_t rows_per_page = 3, bool shows_leads = true) {
    for (const char* object : {"Account", "Contact", "Lead"}) {
      if (shows_leads || object != std::string("Lead")) schema.learned(object, description({"Phone"}), kNow);
    }
    connector = make_salesforce_connector(
        {{"sf", "US", 10, 10, {}}, "v60.0", "a-webhook-secret", rows_per_page, "https://acme.my.salesforce.com/"},
        {credential, budget, quota, schema}, scripted(script), ringdex::telephony::test_parser());
  }
  FetchError error_of(const std::string& cursor) {
    auto page = connector->next_page(cursor, kNow);
    REQUIRE_FALSE(page);
    CHECK(page.error().message.find("a-secret-token") == std::string::npos);
    return page.error();
  }
  SourcePage page(const std::string& cursor, TimePoint now = kNow) {
    auto result = connector->next_page(cursor, now);
    REQUIRE(result);
    return *std::move(result);
  }
  std::string last_query() const { return script.asked.back().target; }
};

std::string cursor_at(const std::string& stage, bool listing, json changes = json::object()) {
  const auto ms = [](TimePoint time) { return time.time_since_epoch().count(); };
  const auto since = ms(kNow - std::chrono::hours(1));
  json cursor{{"v", 1},
              {"stage", stage},
              {"listing", listing},
              {"started", ms(kNow)},
              {"until", ms(kNow - std::chrono::minutes(1))},
              {"accounts_since", since},
              {"contacts_since", since},
              {"leads_since", since},
              {"contacts_checked", since},
              {"leads_checked", since},
              {"at", 0},
              {"after", ""}};
  cursor.update(changes);
  return cursor.dump();
}

std::string id(int number) {
  return "003ak00000" + std::to_string(10'000 + number) + "AAA";
}

json row(int number, const std::string& time = "2026-01-04T05:00:00.000+0000") {
  return {{"Id", id(number)},
          {"SystemModstamp", time},
          {"IsDeleted", false},
          {"Name", "Person"},
          {"Phone", "+1 415 555 26" + std::to_string(10 + number)}};
}

std::string rows_body(std::vector<json> rows, bool done = true, const std::string& next = "", int total = -1) {
  json body{{"totalSize", total < 0 ? static_cast<int>(rows.size()) : total}, {"done", done}, {"records", rows}};
  if (!next.empty()) body["nextRecordsUrl"] = next;
  return body.dump();
}

std::string error_body(const std::string& code, const std::string& message = "why") {
  return json::array({{{"errorCode", code}, {"message", message}}}).dump();
}

std::string soql(const std::string& text) {
  return "/services/data/v60.0/queryAll/?q=" + text::percent_encoded(text);
}

}  // namespace

TEST_CASE("salesforce: what is asked for from an empty cursor to the first changes") {
  Rig rig;
  rig.script.add(200, R"({"totalSize":1,"done":true,"records":[
      {"Id":"001ak00000OKNPHAA5","SystemModstamp":"2026-01-01T00:00:00.000+0000","Name":"Acme"}]})");
  auto page = rig.page("");
  CHECK(page.begins_listing);
  CHECK(page.more);
  CHECK(page.organizations.size() == 1);
  CHECK(rig.last_query() == soql("SELECT Id,SystemModstamp,IsDeleted,Name FROM Account ORDER BY Id ASC LIMIT 3"));
  CHECK(rig.script.asked.back().headers.at("Authorization") == "Bearer a-secret-token");
  rig.script.add(200, rows_body({row(1), row(2), row(3)}));
  page = rig.page(page.next_cursor);
  CHECK_FALSE(page.begins_listing);
  CHECK(page.records.size() == 3);
  CHECK(page.records[0].url == "https://acme.my.salesforce.com/lightning/r/Contact/" + id(1) + "/view");
  rig.script.add(200, rows_body({}));
  page = rig.page(page.next_cursor);
  CHECK(rig.last_query() == soql("SELECT Id,SystemModstamp,IsDeleted,Name,Phone FROM Contact WHERE Id > '" + id(3) +
                                 "' ORDER BY Id ASC LIMIT 3"));
  rig.script.add(200, rows_body({}));
  page = rig.page(page.next_cursor);
  CHECK(page.ends_listing);
  CHECK(page.more);
  rig.script.add(200, rows_body({}));
  page = rig.page(page.next_cursor);
  CHECK_FALSE(page.ends_listing);
  CHECK(
      rig.last_query() ==
      soql("SELECT Id,SystemModstamp,IsDeleted,Name FROM Account WHERE SystemModstamp >= 2026-01-04T05:23:20.000Z AND "
           "SystemModstamp < 2026-01-04T05:32:20.000Z ORDER BY SystemModstamp ASC, Id ASC LIMIT 3"));
  rig.script.add(200, rows_body({}));
  page = rig.page(page.next_cursor);
  rig.script.add(200, rows_body({}));
  page = rig.page(page.next_cursor);  // the log of deletions is not due yet
  CHECK_FALSE(page.more);
  CHECK(rig.connector->requests_sent() == 7);
  // Half an hour later both logs are asked for.
  const auto later = kNow + std::chrono::minutes(30);
  rig.script.otherwise = [](const HttpRequest& request) -> HttpScript::Answer {
    if (request.target.find("/deleted/") == std::string::npos) return HttpResponse{200, {}, rows_body({})};
    return HttpResponse{200, {}, R"({"deletedRecords":[],"earliestDateAvailable":"2026-01-01T00:00:00.000+0000",
                                     "latestDateCovered":"2026-01-04T06:02:00.000+0000"})"};
  };
  std::string cursor = page.next_cursor;
  for (bool more = true; more;) {
    page = rig.page(cursor, later);
    cursor = page.next_cursor;
    more = page.more;
  }
  CHECK(rig.connector->requests_sent() == 12);
  CHECK(rig.last_query() ==
        "/services/data/v60.0/sobjects/Lead/deleted/"
        "?start=2026-01-04T05%3A33%3A20%2B00%3A00&end=2026-01-04T06%3A02%3A20%2B00%3A00");
  CHECK(json::parse(cursor)["leads_checked"] ==
        text::parse_iso_time("2026-01-04T06:02:00Z")->time_since_epoch().count());
}

TEST_CASE("salesforce: the end is where Salesforce says, not where a page is short") {
  Rig rig;
  const std::string start = cursor_at("contacts", true);
  rig.script.add(200, rows_body({row(1)}, false, "/services/data/v60.0/query/01g-1", 2));
  rig.script.add(200, rows_body({}, false, "/services/data/v60.0/query/01g-2", 2));
  rig.script.add(200, rows_body({row(2)}, true, "", 2));
  auto page = rig.page(start);
  CHECK(page.records.size() == 2);
  CHECK(json::parse(page.next_cursor)["stage"] == "leads");
  CHECK(rig.script.asked[1].target == "/services/data/v60.0/query/01g-1");
  // Done, and yet fewer rows than were counted.
  rig.script.add(200, rows_body({row(1)}, true, "", 2));
  page = rig.page(start);
  CHECK(json::parse(page.next_cursor)["stage"] == "contacts");
  CHECK(json::parse(page.next_cursor)["after"] == id(1));
  // What follows can't be read: the rows in front are a page.
  rig.script.add(200, rows_body({row(1)}, false, "/services/data/v60.0/query/01g-1", 2));
  rig.script.add(500, "");
  page = rig.page(start);
  CHECK(page.records.size() == 1);
  CHECK(json::parse(page.next_cursor)["after"] == id(1));
  for (const std::string next :
       {"", "https://evil.example/services/data/v60.0/query/1", "/services/data/x\ny", "/other"}) {
    rig.script.add(200, rows_body({row(1)}, false, next));
    CHECK(rig.error_of(start).kind == FetchErrorKind::malformed);
  }
  const std::string same = soql("SELECT Id,SystemModstamp,IsDeleted,Name,Phone FROM Contact ORDER BY Id ASC LIMIT 3");
  rig.script.add(200, rows_body({row(1)}, false, same));
  CHECK(rig.error_of(start).kind == FetchErrorKind::malformed);
}

TEST_CASE("salesforce: rows that stand still are told, before they are handed on again") {
  Rig rig;
  const std::string listing = cursor_at("contacts", true, {{"after", id(3)}});
  rig.script.add(200, rows_body({row(1), row(2), row(3)}));
  CHECK(rig.error_of(listing).kind == FetchErrorKind::malformed);
  const auto at = text::parse_iso_time("2026-01-04T05:00:00Z")->time_since_epoch().count();
  const std::string changes = cursor_at("contacts", false, {{"after", id(3)}, {"at", at}});
  rig.script.add(200, rows_body({row(1), row(2), row(3)}));
  CHECK(rig.error_of(changes).kind == FetchErrorKind::malformed);
  rig.script.add(200, rows_body({row(1), row(2), row(4)}));
  CHECK(rig.page(changes).records.size() == 3);
  json timeless = row(5);
  timeless["SystemModstamp"] = nullptr;
  rig.script.add(200, rows_body({timeless, timeless, timeless}));
  CHECK(rig.error_of(changes).kind == FetchErrorKind::malformed);
  rig.script.add(200, rows_body({row(4), json(7), timeless}));
  const auto page = rig.page(changes);
  CHECK(page.rejected.size() == 2);
  CHECK(json::parse(page.next_cursor)["after"] == id(4));
}

TEST_CASE("salesforce: each error says what to do next") {
  Rig rig;
  const std::string start = cursor_at("contacts", true);
  const auto error = [&](int status, const std::string& body, std::map<std::string, std::string> headers = {}) {
    rig.script.add(status, body, std::move(headers));
    return rig.error_of(start);
  };
  CHECK(error(400, error_body("MALFORMED_QUERY")).kind == FetchErrorKind::malformed);
  CHECK(error(404, error_body("NOT_FOUND")).kind == FetchErrorKind::malformed);
  CHECK(error(403, error_body("INSUFFICIENT_ACCESS")).kind == FetchErrorKind::unauthorized);
  CHECK(error(401, error_body("INVALID_SESSION_ID", "Session expired or invalid")).kind ==
        FetchErrorKind::unauthorized);
  CHECK(error(500, "<faultcode>sf:INVALID_SESSION_ID</faultcode>").kind == FetchErrorKind::unauthorized);
  CHECK(error(503, "", {{"retry-after", "7"}}).wait == std::chrono::seconds(7));
  CHECK(error(500, "<html>").kind == FetchErrorKind::unavailable);
  CHECK(error(302, "").kind == FetchErrorKind::malformed);
  const auto busy = error(403, error_body("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests Limit exceeded."));
  CHECK(busy.kind == FetchErrorKind::rate_limited);
  CHECK(busy.wait == std::chrono::seconds(30));
  CHECK(rig.budget.take(kNow) == std::chrono::seconds(30));
}

TEST_CASE("salesforce: a day that is used up is not asked for in vain") {
  Rig rig;
  const std::string start = cursor_at("contacts", true);
  rig.script.add(403, error_body("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
                 {{"sforce-limit-info", "api-usage=15000/15000; per-app-api-usage=1/2(appName=x)"}});
  const auto used_up = rig.error_of(start);
  CHECK(used_up.kind == FetchErrorKind::rate_limited);
  CHECK(used_up.wait == std::chrono::minutes(15));
  CHECK(rig.connector->requests_left(kNow).today == 0);
  const auto asked = rig.script.asked.size();
  CHECK(rig.error_of(start).http_status == 0);
  CHECK(rig.script.asked.size() == asked);
}

TEST_CASE("salesforce: answers that can't be understood change nothing") {
  Rig rig;
  const std::string start = cursor_at("contacts", true);
  const std::string good = rows_body({row(1), row(2), row(3)});
  for (std::size_t size = 0; size < good.size(); size += 7) {
    rig.script.add(200, good.substr(0, size));
    REQUIRE(rig.error_of(start).kind == FetchErrorKind::malformed);
  }
  for (const std::string body : {"[]", "{}", "null", R"({"records":[]})", R"({"records":{},"done":true})",
                                 R"({"records":[],"done":"yes"})", "<html>"}) {
    CAPTURE(body);
    rig.script.add(200, body);
    CHECK(rig.error_of(start).kind == FetchErrorKind::malformed);
  }
  CHECK(rig.error_of("not ours").kind == FetchErrorKind::cursor_expired);
  rig.script.add(200, good);
  CHECK(rig.page(start).records.size() == 3);
}

TEST_CASE("salesforce: parts of rows that changed in between end the page in front of them") {
  Rig rig(4);
  std::vector<const char*> fields;
  std::vector<std::string> names;
  for (int i = 0; i < 400; ++i) names.push_back("A_long_name_of_a_phone_field_" + std::to_string(i) + "__c");
  for (const auto& name : names) fields.push_back(name.c_str());
  rig.schema.learned("Contact", description(fields), kNow);
  const auto answer = [&](std::vector<json> first, std::vector<json> others) {
    bool is_first = true;
    rig.script.otherwise = [=](const HttpRequest&) mutable -> HttpScript::Answer {
      return HttpResponse{200, {}, rows_body(std::exchange(is_first, false) ? first : others)};
    };
  };
  const std::string start = cursor_at("contacts", false);
  const auto changed = row(3, "2026-01-04T05:33:00.000+0000");
  answer({row(1), row(2), row(3), row(4)}, {row(1), row(2), changed, row(4)});
  auto page = rig.page(start);
  CHECK(page.records.size() == 2);
  CHECK(json::parse(page.next_cursor)["after"] == id(2));
  CHECK(rig.script.asked.size() >= 2);
  // It left the window, and another moved up.
  answer({row(1), row(2), row(3), row(4)}, {row(1), row(3), row(4), row(5)});
  CHECK(rig.page(start).records.size() == 1);
  answer({row(1), row(2)}, {row(2)});
  CHECK(rig.error_of(start).kind == FetchErrorKind::unavailable);
  answer({row(1), row(2)}, {row(1), row(2)});
  page = rig.page(start);
  CHECK(page.records.size() == 2);
  CHECK(json::parse(page.next_cursor)["stage"] == "deleted_contacts");
}

TEST_CASE("salesforce: a field that does not exist is looked up again, once") {
  Rig rig;
  const std::string start = cursor_at("contacts", true);
  rig.script.add(400, error_body("INVALID_FIELD", "No such column 'Phone'"));
  rig.script.add(200, R"({"fields":[{"name":"Id"},{"name":"SystemModstamp"},{"name":"MobilePhone","type":"phone"}]})");
  rig.script.add(200, rows_body({row(1)}));
  rig.page(start);
  CHECK(rig.script.asked[1].target == kDescribe + "Contact/describe");
  CHECK(rig.last_query() == soql("SELECT Id,SystemModstamp,MobilePhone FROM Contact ORDER BY Id ASC LIMIT 3"));
  rig.script.add(400, error_body("INVALID_FIELD"));
  rig.script.add(200, R"({"fields":[{"name":"Id"},{"name":"SystemModstamp"}]})");
  rig.script.add(400, error_body("INVALID_FIELD"));
  CHECK(rig.error_of(start).kind == FetchErrorKind::malformed);
  CHECK(rig.script.asked.size() == 6);
  // What stands behind a reference is refused: the rest is asked for, and from then on at once.
  const std::string described = R"({"fields":[{"name":"Id"},{"name":"SystemModstamp"},
                                              {"name":"AccountId","relationshipName":"Account"}]})";
  rig.schema.forget("Contact");
  rig.script.add(200, described);
  rig.script.add(400, error_body("INVALID_FIELD", "Didn't understand relationship 'Account'"));
  rig.script.add(200, described);
  rig.script.add(400, error_body("INVALID_FIELD", "Didn't understand relationship 'Account'"));
  rig.script.add(200, rows_body({row(1)}));
  rig.page(start);
  CHECK(rig.last_query() == soql("SELECT Id,SystemModstamp,AccountId FROM Contact ORDER BY Id ASC LIMIT 3"));
  rig.script.add(200, rows_body({row(1)}));
  rig.page(start);
  CHECK(rig.script.asked.size() == 12);
  // Neither stamp may be asked for.
  rig.schema.forget("Contact");
  rig.script.add(200, R"({"fields":[{"name":"Id"},{"name":"SystemModstamp","filterable":false}]})");
  CHECK(rig.error_of(start).kind == FetchErrorKind::malformed);
}

TEST_CASE("salesforce: a user without leads has no leads, one without contacts has no permission") {
  Rig rig(3, false);
  rig.script.add(404, error_body("NOT_FOUND", "The requested resource does not exist"));
  const auto page = rig.page(cursor_at("leads", true));
  CHECK(page.ends_listing);
  CHECK(rig.script.asked.size() == 1);
  CHECK_FALSE(rig.connector->fetch({"sf", RecordKind::lead, id(1)}, kNow)->record);
  rig.schema.forget("Contact");
  rig.script.add(404, error_body("NOT_FOUND"));
  CHECK(rig.error_of(cursor_at("contacts", true)).kind == FetchErrorKind::malformed);
}

TEST_CASE("salesforce: leads that our user does not see any more are not taken for deleted") {
  Rig rig;
  rig.schema.forget("Lead");
  rig.script.add(404, error_body("NOT_FOUND"));
  CHECK(rig.error_of(cursor_at("leads", true)).kind == FetchErrorKind::unavailable);
  CHECK(rig.script.asked.size() == 1);
  // Of one row that queryAll does not show nobody knows whether it was deleted.
  rig.script.add(200, rows_body({}));
  const auto fetched = rig.connector->fetch({"sf", RecordKind::contact, id(1)}, kNow);
  REQUIRE(fetched);
  CHECK(fetched->hidden);
}

TEST_CASE("salesforce: the clock of Salesforce ends a window that ours would stretch") {
  Rig rig;
  rig.script.add(200, rows_body({}), {{"date", "Sun, 04 Jan 2026 04:50:00 GMT"}});
  const auto page = rig.page(cursor_at("contacts", false));
  const auto since = text::parse_iso_time("2026-01-04T04:39:00Z")->time_since_epoch().count();
  CHECK(json::parse(page.next_cursor)["contacts_since"] == since);
}

TEST_CASE("salesforce: odd answers of getDeleted") {
  Rig rig;
  const std::string start = cursor_at("deleted_contacts", false);
  rig.script.add(200, "{}");
  CHECK(rig.error_of(start).kind == FetchErrorKind::malformed);
  rig.script.add(400, error_body("INVALID_REPLICATION_DATE"));
  auto page = rig.page(start);  // asked again from the same moment with the next run
  CHECK(json::parse(page.next_cursor)["contacts_checked"] == json::parse(start)["contacts_checked"]);
  CHECK(json::parse(page.next_cursor)["stage"] == "leads");
  rig.script.fail(HttpFailure::Kind::too_large);
  CHECK(rig.error_of(start).kind == FetchErrorKind::cursor_expired);
  rig.script.fail(HttpFailure::Kind::timeout);
  CHECK(rig.error_of(start).kind == FetchErrorKind::unavailable);
  // Gone, deleted, merged, and alive again.
  rig.script.add(200, json{{"deletedRecords",
                            {{{"id", id(1)}, {"deletedDate", "2026-01-04T05:00:00.000+0000"}},
                             {{"id", id(2)}, {"deletedDate", "2026-01-04T05:00:00.000+0000"}},
                             {{"id", id(3)}, {"deletedDate", "2026-01-04T05:00:01.000+0000"}},
                             {{"id", id(4)}, {"deletedDate", "2026-01-04T05:00:02.000+0000"}}}},
                           {"latestDateCovered", "2026-01-04T09:00:00.000+0000"}}
                          .dump());
  auto deleted = row(2);
  deleted["IsDeleted"] = true;
  auto merged = row(3);
  merged["IsDeleted"] = true;
  merged["MasterRecordId"] = id(9);
  rig.script.add(200, rows_body({deleted, merged, row(4)}));
  page = rig.page(start);
  REQUIRE(page.deletions.size() == 3);
  const auto at = text::parse_iso_time("2026-01-04T05:00:00Z")->time_since_epoch().count();
  CHECK(page.deletions[0] == ringdex::index::Deletion{{"sf", RecordKind::contact, id(1)}, at + 999, std::nullopt});
  CHECK(page.deletions[1].version == at);
  CHECK(page.deletions[2].merged_into == RecordId{"sf", RecordKind::contact, id(9)});
  CHECK(json::parse(page.next_cursor)["contacts_checked"] == json::parse(start)["until"]);
}

TEST_CASE("salesforce: search answers in every shape") {
  Rig rig;
  const auto number = *ringdex::telephony::PhoneNumber::from_e164("+14155552671");
  auto hit = row(61);
  hit["attributes"] = {{"type", "Contact"}};
  hit["Phone"] = "+14155552671";
  rig.script.add(200, json{{"searchRecords", {hit, 5, {{"attributes", {{"type", "Account"}}}}}}}.dump());
  auto found = rig.connector->find_by_phone(number, kNow);
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().record->phones[0].number == number);
  CHECK(rig.last_query() ==
        "/services/data/v60.0/search/?q=" +
            text::percent_encoded(
                "FIND {4155552671} IN PHONE FIELDS RETURNING Contact(Id,SystemModstamp,IsDeleted,Name,Phone LIMIT 5), "
                "Lead(Id,SystemModstamp,IsDeleted,Name,Phone LIMIT 5)"));
  rig.script.add(200, "[]");
  rig.script.add(200, json::array({hit}).dump());
  CHECK(rig.connector->find_by_phone(number, kNow)->size() == 1);
  rig.script.add(200, R"({"records":[]})");
  CHECK(rig.connector->find_by_phone(number, kNow).error().kind == FetchErrorKind::malformed);
  // A search that takes some field amiss still brings the ids.
  const std::string described =
      R"({"fields":[{"name":"Id"},{"name":"SystemModstamp"},{"name":"Phone","type":"phone"}]})";
  for (int i = 0; i < 2; ++i) {
    rig.script.add(400, error_body("INVALID_FIELD"));
    rig.script.add(200, described);
    rig.script.add(200, described);
  }
  rig.script.add(200, json::array({hit}).dump());
  rig.script.add(200, rows_body({hit}));
  found = rig.connector->find_by_phone(number, kNow);
  REQUIRE(found);
  CHECK(found->size() == 1);
  CHECK(rig.last_query() == soql("SELECT Id,SystemModstamp,Phone FROM Contact WHERE Id = '" + id(61) + "'"));
}

TEST_CASE("salesforce: webhooks name ids of either length, and others are ignored") {
  Rig rig;
  const std::string body =
      json{{"events",
            {{{"type", "merged"}, {"external_id", "003ak000003dQCG"}, {"into", "003ak000003dQCDAA2"}},
             {{"type", "deleted"}, {"external_id", "1 OR 1=1"}, {"kind", "lead"}}}}}
          .dump();
  const std::string time = std::to_string(kNow.time_since_epoch().count() / 1000);
  const auto hints = rig.connector->read_webhook(
      {{{"x-ringdex-timestamp", time},
        {"x-ringdex-signature", ringdex::test_support::fake_signature("a-webhook-secret", time + "." + body)}},
       body},
      kNow);
  REQUIRE(hints);
  REQUIRE(hints->size() == 2);
  CHECK((*hints)[0].ids == std::vector<std::string>{"003ak000003dQCGAA2", "003ak000003dQCDAA2"});
  CHECK((*hints)[1].kind == Hint::Kind::ignored);
}
