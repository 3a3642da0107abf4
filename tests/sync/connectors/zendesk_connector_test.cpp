#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/connectors/zendesk/zendesk.h"
#include "telephony/text/times.h"
#include "tests/support/scripted_http.h"
#include "tests/support/test_parser.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::index::Deletion;
using ringdex::index::OrganizationName;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;
using ringdex::test_support::HttpScript;
using ringdex::test_support::scripted;

// The connector against answers that a healthy Zendesk does not give, or gives rarely.
namespace {

const TimePoint kNow = *text::parse_iso_time("2026-01-04T05:33:20Z");
const std::string kUsersCursor =
    R"({"v":1,"stage":"users","listing":true,"listed_until":0,"organizations_since":0,"users_since":0,"after_cursor":"c1"})";
const std::string kUsersStart =
    R"({"v":1,"stage":"users","listing":true,"listed_until":0,"organizations_since":0,"users_since":0})";

struct Rig {
  HttpScript script;
  Credential credential{bearer_auth("t"), nullptr, {}};
  RateBudget export_budget{0};
  RateBudget account_budget{0};
  std::unique_ptr<Connector> connector;

  explicit Rig(std::size_t per_page = 1000) {
    connector = make_zendesk_connector({{"z", "US", 10, 10, {}}, "https://acme.zendesk.com", "", per_page},
                                       {credential, export_budget, account_budget}, scripted(script),
                                       ringdex::telephony::test_parser());
  }
  FetchErrorKind error_of(const std::string& cursor) {
    const auto page = connector->next_page(cursor, kNow);
    REQUIRE_FALSE(page);
    return page.error().kind;
  }
  SourcePage page(const std::string& cursor) {
    auto result = connector->next_page(cursor, kNow);
    REQUIRE(result);
    return *std::move(result);
  }
};

json user(int id, const std::string& phone = "+1 310 867 5309") {
  return {{"id", id},       {"name", "User " + std::to_string(id)}, {"role", "end-user"}, {"active", true},
          {"phone", phone}, {"updated_at", "2026-01-02T00:00:00Z"}};
}

std::string users_page(std::vector<json> users, const json& after, bool end, bool sideload = true) {
  json page{{"users", std::move(users)}, {"after_cursor", after}, {"end_of_stream", end}};
  if (sideload) page["identities"] = json::array();
  return page.dump();
}

std::string error_body(const std::string& error, const std::string& description) {
  return json{{"error", error}, {"description", description}}.dump();
}

RecordId id_of(const std::string& id) {
  return {"z", RecordKind::contact, id};
}

}  // namespace

TEST_CASE("a full copy reads the organizations first, then the users from the beginning") {
  Rig rig(500);
  rig.script.add(200, R"({"organizations":[{"id":5,"name":"Acme"},{"id":6,"name":"Gone","deleted_at":"x"},{"name":"?"}],
                          "count":3,"end_time":1700000000,"end_of_stream":true})");
  const auto first = rig.page("");
  CHECK(first.begins_listing);
  CHECK_FALSE(first.ends_listing);
  CHECK(first.more);
  CHECK(first.organizations == std::vector<OrganizationName>{{"5", "Acme"}, {"6", ""}});
  CHECK(first.rejected.size() == 1);
  rig.script.add(200, users_page({user(1), user(2)}, "c1", false));
  const auto second = rig.page(first.next_cursor);
  CHECK_FALSE(second.begins_listing);
  CHECK(second.more);
  CHECK(second.records.size() == 2);
  rig.script.add(200, users_page({user(3)}, "c2+/=", true));
  const auto third = rig.page(second.next_cursor);
  CHECK_FALSE(third.ends_listing);  // what changed in the last minute is not shown yet
  CHECK_FALSE(third.more);
  // The next run is a delta: organizations since the last end_time, users from the stored cursor.
  rig.script.add(200, R"({"organizations":[],"count":0,"end_time":null,"end_of_stream":true})");
  const auto fourth = rig.page(third.next_cursor);
  CHECK_FALSE(fourth.begins_listing);
  rig.script.add(200, users_page({}, "c2+/=", true));
  const auto fifth = rig.page(fourth.next_cursor);
  CHECK_FALSE(fifth.ends_listing);
  CHECK_FALSE(fifth.more);
  CHECK(fifth.next_cursor == third.next_cursor);
  // Minutes later the listing is complete, once.
  auto cursor = fifth.next_cursor;
  for (const bool ends : {true, false}) {
    rig.script.add(200, R"({"organizations":[],"count":0,"end_time":null,"end_of_stream":true})");
    rig.script.add(200, users_page({}, "c2+/=", true));
    const auto organizations = rig.connector->next_page(cursor, kNow + std::chrono::minutes(3));
    REQUIRE(organizations);
    const auto last = rig.connector->next_page(organizations->next_cursor, kNow + std::chrono::minutes(3));
    REQUIRE(last);
    CHECK(last->ends_listing == ends);
    cursor = last->next_cursor;
  }

  REQUIRE(rig.script.asked.size() == 9);
  CHECK(rig.connector->requests_sent() == 9);
  CHECK(rig.script.asked[0].target == "/api/v2/incremental/organizations.json?start_time=0&per_page=500");
  CHECK(rig.script.asked[0].headers.at("Authorization") == "Bearer t");
  CHECK(rig.script.asked[1].target ==
        "/api/v2/incremental/users/cursor.json?include=identities&start_time=0&per_page=500");
  CHECK(rig.script.asked[2].target ==
        "/api/v2/incremental/users/cursor.json?include=identities&cursor=c1&per_page=500");
  CHECK(rig.script.asked[3].target == "/api/v2/incremental/organizations.json?start_time=1700000000&per_page=500");
  CHECK(rig.script.asked[4].target ==
        "/api/v2/incremental/users/cursor.json?include=identities&cursor=c2%2B%2F%3D&per_page=500");
}

TEST_CASE("an empty page is not the end") {
  Rig rig;
  rig.script.add(200, users_page({}, "c2", false));
  const auto page = rig.page(kUsersCursor);
  CHECK(page.more);
  CHECK_FALSE(page.ends_listing);
  CHECK(json::parse(page.next_cursor)["after_cursor"] == "c2");
}

TEST_CASE("a cursor that stands still is told, before its page is handed on again") {
  Rig rig;
  rig.script.add(200, users_page({}, "c1", false));
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  rig.script.add(200, users_page({user(1)}, "c1", false));
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  rig.script.add(200, users_page({}, "c1", true));
  CHECK_FALSE(rig.page(kUsersCursor).more);
}

TEST_CASE("without an after_cursor the one before is kept") {
  Rig rig;
  rig.script.add(200, users_page({user(1)}, nullptr, true));
  const auto end = rig.page(kUsersCursor);
  CHECK_FALSE(end.more);
  CHECK(json::parse(end.next_cursor)["after_cursor"] == "c1");
  rig.script.add(200, users_page({user(1)}, nullptr, false));
  const auto stopped = rig.page(kUsersCursor);
  CHECK_FALSE(stopped.more);
  CHECK_FALSE(stopped.ends_listing);
  CHECK(json::parse(stopped.next_cursor)["after_cursor"] == "c1");
  CHECK(json::parse(stopped.next_cursor)["listing"] == true);
  rig.script.add(200, users_page({}, nullptr, true));
  const auto nobody = rig.page(kUsersStart);
  CHECK_FALSE(nobody.more);
  CHECK_FALSE(json::parse(nobody.next_cursor).contains("after_cursor"));
}

TEST_CASE("organizations that share one second beyond a page are told, not read for ever") {
  Rig rig(2);
  const std::string cursor =
      R"({"v":1,"stage":"organizations","listing":false,"listed_until":0,"organizations_since":1700000000,"users_since":0})";
  rig.script.add(
      200,
      R"({"organizations":[{"id":5,"name":"A"},{"id":6,"name":"B"}],"end_time":1700000000,"end_of_stream":false})");
  CHECK(rig.error_of(cursor) == FetchErrorKind::malformed);
  rig.script.add(200, R"({"organizations":[{"id":5,"name":"A"},{"id":6,"name":"B"}],"end_time":1700000000})");
  CHECK(rig.error_of(cursor) == FetchErrorKind::malformed);
  rig.script.add(200, R"({"organizations":[{"id":5,"name":"A"}],"end_time":1700000000})");
  CHECK(json::parse(rig.page(cursor).next_cursor)["stage"] == "users");
  rig.script.add(
      200,
      R"({"organizations":[{"id":5,"name":"A"},{"id":6,"name":"B"}],"end_time":1700000001,"end_of_stream":false})");
  const auto page = rig.page(cursor);
  CHECK(json::parse(page.next_cursor)["stage"] == "organizations");
  CHECK(json::parse(page.next_cursor)["organizations_since"] == 1'700'000'001);
}

TEST_CASE("a start_time inside the last minute is not asked with") {
  Rig rig;
  const auto seconds = kNow.time_since_epoch().count() / 1000;
  const json young{{"v", 1},
                   {"stage", "organizations"},
                   {"listing", false},
                   {"listed_until", 0},
                   {"organizations_since", seconds - 60},
                   {"users_since", seconds - 5}};
  rig.script.add(200, users_page({}, "c1", true));
  rig.page(young.dump());
  REQUIRE(rig.script.asked.size() == 1);
  CHECK(rig.script.asked[0].target.find("users/cursor.json") != std::string::npos);
  CHECK(rig.script.asked[0].target.find("start_time=" + std::to_string(seconds - 61)) != std::string::npos);

  // Refused all the same (clocks differ): nothing is new.
  rig.script.add(422, error_body("InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds"));
  const auto page = rig.page(young.dump());
  CHECK_FALSE(page.more);
  CHECK(page.records.empty());
  CHECK(json::parse(page.next_cursor)["users_since"] == seconds - 5);
  auto organizations = young;
  organizations["organizations_since"] = seconds - 61;
  rig.script.add(422, error_body("InvalidValue", "Too recent start_time. Use a start_time older than 60 seconds"));
  CHECK(json::parse(rig.page(organizations.dump()).next_cursor)["stage"] == "users");
}

TEST_CASE("a cursor that Zendesk does not know any more has expired") {
  Rig rig;
  rig.script.add(400, error_body("InvalidValue", "cursor is invalid"));
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::cursor_expired);
  rig.script.add(422, error_body("InvalidValue", "cursor is too old"));
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::cursor_expired);
  rig.script.add(400, error_body("InvalidValue", "start_time"));
  CHECK(rig.error_of(kUsersStart) == FetchErrorKind::malformed);
  CHECK(rig.error_of("not ours") == FetchErrorKind::cursor_expired);
  CHECK(rig.script.asked.size() == 3);
}

TEST_CASE("504 halves the page, which grows back slowly") {
  Rig rig(1000);
  int asked_size = 0;
  int largest_good = 250;
  int answered = 0;
  rig.script.otherwise = [&](const HttpRequest& request) -> HttpScript::Answer {
    asked_size = std::stoi(request.target.substr(request.target.rfind('=') + 1));
    if (asked_size > largest_good) return HttpResponse{504, {}, "upstream request timeout"};
    return HttpResponse{200, {}, users_page({}, "c-" + std::to_string(++answered), false)};
  };
  rig.page(kUsersCursor);
  CHECK(asked_size == 250);
  CHECK(rig.script.asked.size() == 3);
  largest_good = 0;
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::unavailable);
  CHECK(rig.script.asked.size() == 7);  // a few smaller ones at once, then the Syncer waits
  for (int i = 0; i < 5; ++i) CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::unavailable);
  CHECK(asked_size == 1);
  largest_good = 1000;
  int pages = 0;
  while (asked_size < 1000 && pages < 1000) {
    rig.page(kUsersCursor);
    ++pages;
  }
  CHECK(asked_size == 1000);
  CHECK(pages == 101);  // ten at each of 1, 2, 4, ... 512, then whole
}

TEST_CASE("answers that can't be understood change nothing") {
  Rig rig;
  const std::string good = users_page({user(1)}, "c2", false);
  for (std::size_t size = 0; size < good.size(); size += 7) {
    rig.script.add(200, good.substr(0, size));
    REQUIRE(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  }
  for (const std::string body : {"[]", "{}", "null", R"({"users":{}})", R"({"users":[]})",
                                 R"({"users":[],"end_of_stream":"no"})", R"(<html>"users"</html>)"}) {
    CAPTURE(body);
    rig.script.add(200, body);
    CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  }
  rig.script.add(200, users_page({}, std::string(5000, 'c'), false));
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  rig.script.add(
      200,
      users_page({}, "c2", false, false).insert(1, "\"deep\":" + std::string(200, '[') + std::string(200, ']') + ","));
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  rig.script.add(404, "No help desk at acme.zendesk.com");
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  rig.script.add(302, "");
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  rig.script.add(500, "oops");
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::unavailable);
  rig.script.add(403, error_body("Forbidden", "scope"));
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::unauthorized);
  rig.script.fail(HttpFailure::Kind::timeout);
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::unavailable);
  rig.script.add(200, good);
  CHECK(rig.page(kUsersCursor).records.size() == 1);
}

TEST_CASE("each row is judged on its own") {
  Rig rig;
  auto deleted = user(2);
  deleted["active"] = false;
  auto agent = user(3);
  agent["role"] = "agent";
  auto nameless = user(4);
  nameless["name"] = nullptr;
  auto timeless = user(5);
  timeless["updated_at"] = "yesterday";
  rig.script.add(200, users_page({user(1), deleted, agent, nameless, timeless, json(7), user(8)}, "c2", false));
  const auto page = rig.page(kUsersCursor);
  const auto version = text::parse_iso_time("2026-01-02T00:00:00Z")->time_since_epoch().count();
  REQUIRE(page.records.size() == 3);
  CHECK(page.records[0].id == id_of("1"));
  CHECK(page.records[0].version == version);
  CHECK(page.records[0].phones.size() == 1);
  CHECK(page.records[1].id == id_of("4"));  // what to call it is the Index's to judge
  CHECK(page.records[1].name.empty());
  CHECK(page.records[2].id == id_of("8"));
  CHECK(page.deletions ==
        std::vector<Deletion>{{id_of("2"), version, std::nullopt}, {id_of("3"), version, std::nullopt}});
  CHECK(page.ignored == 1);
  REQUIRE(page.rejected.size() == 2);
  CHECK(page.rejected[0].reason == RejectReason::bad_row);
  CHECK(page.rejected[0].external_id == "5");
  CHECK(page.rejected[1].reason == RejectReason::no_external_id);
}

TEST_CASE("identities that do not come along are asked for, and a limit in between costs nothing twice") {
  Rig rig;
  rig.script.add(200, users_page({user(1), user(2), user(3)}, "c2", false, false));
  rig.script.add(200, R"({"identities":[{"id":2,"user_id":1,"type":"phone_number","value":"+1 415 867 0001"}],
                          "meta":{"has_more":true,"after_cursor":"p 2"}})");
  rig.script.add(200, R"({"identities":[{"id":1,"user_id":1,"type":"phone_number","value":"+1 415 867 0002"}],
                          "meta":{"has_more":false,"after_cursor":"p3"}})");
  rig.script.add(429, "", {{"retry-after", "9"}});
  auto limited = rig.connector->next_page(kUsersCursor, kNow);
  REQUIRE_FALSE(limited);
  CHECK(limited.error().kind == FetchErrorKind::rate_limited);
  CHECK(limited.error().wait == std::chrono::seconds(9));
  CHECK(rig.account_budget.take(kNow) == std::chrono::seconds(9));
  CHECK_FALSE(rig.export_budget.take(kNow));

  // Still inside the pause: told without a request.
  limited = rig.connector->next_page(kUsersCursor, kNow + std::chrono::seconds(4));
  REQUIRE_FALSE(limited);
  CHECK(limited.error().wait == std::chrono::seconds(5));
  CHECK(rig.script.asked.size() == 4);

  rig.script.add(404, error_body("RecordNotFound", "Not found"));
  rig.script.add(200, R"({"identities":[]})");
  const auto page = rig.connector->next_page(kUsersCursor, kNow + std::chrono::seconds(9));
  REQUIRE(page);
  REQUIRE(page->records.size() == 3);
  REQUIRE(page->records[0].phones.size() == 3);
  CHECK(page->records[0].phones[1].raw == "+1 415 867 0002");
  CHECK(page->records[0].phones[2].raw == "+1 415 867 0001");
  CHECK(json::parse(page->next_cursor)["after_cursor"] == "c2");
  REQUIRE(rig.script.asked.size() == 6);
  CHECK(rig.script.asked[1].target == "/api/v2/users/1/identities?page%5Bsize%5D=100");
  CHECK(rig.script.asked[2].target == "/api/v2/users/1/identities?page%5Bsize%5D=100&page%5Bafter%5D=p%202");
  CHECK(rig.script.asked[4].target == "/api/v2/users/2/identities?page%5Bsize%5D=100");
  CHECK(rig.script.asked[5].target == "/api/v2/users/3/identities?page%5Bsize%5D=100");
}

TEST_CASE("identities that go round in circles are told") {
  Rig rig;
  rig.script.otherwise = [](const HttpRequest& request) -> HttpScript::Answer {
    if (request.target.find("incremental") != std::string::npos) {
      return HttpResponse{200, {}, users_page({user(1)}, "c2", false, false)};
    }
    return HttpResponse{200, {}, R"({"identities":[],"meta":{"has_more":true,"after_cursor":"same"}})"};
  };
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  int n = 0;
  rig.script.otherwise = [&](const HttpRequest&) -> HttpScript::Answer {
    return HttpResponse{
        200, {}, R"({"identities":[],"meta":{"has_more":true,"after_cursor":")" + std::to_string(++n) + "\"}}"};
  };
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::malformed);
  CHECK(n < 50);
}

TEST_CASE("the budgets are asked before each request and follow what the headers announce") {
  Rig rig;
  rig.export_budget.limit_announced(2, kNow);
  rig.script.add(200, users_page({}, "c2", false),
                 {{"x-rate-limit", "700"}, {"x-rate-limit-remaining", "5"}, {"ratelimit-limit", "10"}});
  rig.script.add(200, users_page({}, "c2", false));
  rig.page(kUsersCursor);
  rig.page(kUsersCursor);
  CHECK(rig.account_budget.requests_per_minute() == 700);
  CHECK(rig.account_budget.available(kNow) == 5);
  const auto limited = rig.connector->next_page(kUsersCursor, kNow);
  REQUIRE_FALSE(limited);
  CHECK(limited.error().kind == FetchErrorKind::rate_limited);
  CHECK(limited.error().wait == std::chrono::seconds(60));
  CHECK(rig.script.asked.size() == 2);

  rig.script.add(404, error_body("RecordNotFound", ""), {{"ratelimit-limit", "400"}, {"ratelimit-remaining", "0"}});
  CHECK(rig.connector->fetch(id_of("5"), kNow));
  CHECK(rig.account_budget.requests_per_minute() == 400);
  CHECK(rig.account_budget.available(kNow) == 0);
  REQUIRE_FALSE(rig.connector->fetch(id_of("5"), kNow));

  const auto later = kNow + std::chrono::seconds(61);
  rig.script.add(429, "slow down");
  const auto refused = rig.connector->next_page(kUsersCursor, later);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().wait == std::chrono::seconds(60));
  CHECK(rig.export_budget.take(later) == std::chrono::seconds(60));
  CHECK_FALSE(rig.account_budget.take(later));
}

TEST_CASE("a refused credential that can't be refreshed needs an admin") {
  Rig rig;
  rig.script.add(401, R"({"error":"Couldn't authenticate you"})");
  CHECK(rig.error_of(kUsersCursor) == FetchErrorKind::unauthorized);
  CHECK(rig.script.asked.size() == 1);
}

TEST_CASE("one record is fetched with its identities and its organization's name") {
  Rig rig;
  auto row = user(5);
  row["organization_id"] = 77;
  rig.script.add(200, json{{"user", row}}.dump(), {{"date", "Sun, 04 Jan 2026 05:33:25 GMT"}});
  rig.script.add(200, R"({"identities":[{"id":1,"user_id":5,"type":"email","value":"x@example.org"}]})");
  rig.script.add(200, R"({"organization":{"id":77,"name":"Acme"}})");
  const auto fetched = rig.connector->fetch(id_of("5"), kNow);
  REQUIRE(fetched);
  REQUIRE(fetched->record);
  CHECK(fetched->record->emails == std::vector<std::string>{"x@example.org"});
  CHECK(fetched->record->organization_id == "77");
  CHECK(fetched->organizations == std::vector<OrganizationName>{{"77", "Acme"}});
  CHECK(fetched->as_of == *text::parse_iso_time("2026-01-04T05:33:25Z"));
  CHECK(rig.script.asked[0].target == "/api/v2/users/5.json");
  CHECK(rig.script.asked[2].target == "/api/v2/organizations/77.json");
}

TEST_CASE("a record that is gone, and one that only seems so") {
  Rig rig;
  rig.script.add(404, error_body("RecordNotFound", "Not found"));
  auto fetched = rig.connector->fetch(id_of("5"), kNow);
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  CHECK(fetched->as_of == kNow);
  auto row = user(5);
  row["active"] = false;
  rig.script.add(200, json{{"user", row}}.dump());
  fetched = rig.connector->fetch(id_of("5"), kNow);
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  row = user(5);
  row["role"] = "agent";
  rig.script.add(200, json{{"user", row}}.dump());
  fetched = rig.connector->fetch(id_of("5"), kNow);
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  row = user(5);
  row["updated_at"] = "yesterday";
  rig.script.add(200, json{{"user", row}}.dump());
  fetched = rig.connector->fetch(id_of("5"), kNow);
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  REQUIRE(fetched->rejected);
  CHECK(fetched->rejected->reason == RejectReason::bad_row);
  CHECK(rig.script.asked.size() == 4);

  // Not ids of this source at all: no request is worth it.
  for (const auto* id : {"", "x", "5/../6", "5?x=1", "-1"}) {
    fetched = rig.connector->fetch(id_of(id), kNow);
    REQUIRE(fetched);
    CHECK_FALSE(fetched->record);
  }
  CHECK(rig.script.asked.size() == 4);

  // A closed account answers 404 to everything: nobody is deleted for that.
  rig.script.add(404, "<html>No help desk at acme.zendesk.com</html>");
  fetched = rig.connector->fetch(id_of("5"), kNow);
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().kind == FetchErrorKind::malformed);
  rig.script.add(200, json{{"user", user(6)}}.dump());
  fetched = rig.connector->fetch(id_of("5"), kNow);
  REQUIRE_FALSE(fetched);
  CHECK(fetched.error().kind == FetchErrorKind::malformed);
  rig.script.add(200, "{}");
  REQUIRE_FALSE(rig.connector->fetch(id_of("5"), kNow));
}

TEST_CASE("an organization on its own") {
  Rig rig;
  rig.script.add(200, R"({"organization":{"id":77,"name":"Acme"}})");
  CHECK(*rig.connector->fetch_organization("77", kNow) == OrganizationName{"77", "Acme"});
  rig.script.add(404, error_body("RecordNotFound", ""));
  CHECK(*rig.connector->fetch_organization("77", kNow) == OrganizationName{"77", ""});
  rig.script.add(200, R"({"organization":{"id":78,"name":"Acme"}})");
  REQUIRE_FALSE(rig.connector->fetch_organization("77", kNow));
  const auto bad = rig.connector->fetch_organization("7/7\n", kNow);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().kind == FetchErrorKind::not_found);
  CHECK(bad.error().message.find('\n') == std::string::npos);
  CHECK(rig.script.asked.size() == 3);
}
