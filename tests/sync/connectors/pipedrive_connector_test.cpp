#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/connectors/pipedrive/pipedrive.h"
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
using ringdex::telephony::PhoneNumber;
using ringdex::test_support::HttpScript;
using ringdex::test_support::scripted;

// The connector against answers that a healthy Pipedrive does not give, or gives rarely.
namespace {

const TimePoint kNow = *text::parse_iso_time("2026-01-04T05:33:20Z");
const std::map<std::string, std::string> kDate = {{"date", "Sun, 04 Jan 2026 05:30:00 GMT"}};
const std::string kLead1 = "1bce0200-5044-11f1-8f4f-d7944c9e4f31";
const std::string kLead2 = "1bce0200-5044-11f1-8f4f-d7944c9e4f32";

std::int64_t milliseconds(const char* time) {
  return text::parse_iso_time(time)->time_since_epoch().count();
}

struct Rig {
  HttpScript script;
  Credential credential{FixedAuth{"x-api-token", "t"}, nullptr, {}};
  RateBudget budget{0};
  DailyQuota quota{100};
  PipedriveOptions options{{.source = "p", .region = "US", .phones_max = 10, .emails_max = 10},
                           "https://acme.pipedrive.com",
                           "",
                           "",
                           100,
                           true};
  std::unique_ptr<Connector> connector;

  Rig() { make(); }
  void make() {
    connector = make_pipedrive_connector(options, {credential, budget, quota}, scripted(script),
                                         ringdex::telephony::test_parser());
  }
  FetchError error_of(const std::string& cursor, TimePoint now = kNow) {
    const auto page = connector->next_page(cursor, now);
    REQUIRE_FALSE(page);
    return page.error();
  }
  SourcePage page(const std::string& cursor, TimePoint now = kNow) {
    auto result = connector->next_page(cursor, now);
    if (!result) FAIL(result.error().message);
    return *std::move(result);
  }
  const std::string& asked(std::size_t index) const { return script.asked.at(index).target; }
};

json person(int id, const std::string& phone = "+1 310 867 5309", const json& update_time = "2026-01-02T00:00:00Z") {
  return {{"id", id},
          {"name", "Person " + std::to_string(id)},
          {"is_deleted", false},
          {"update_time", update_time},
          {"phones", {{{"value", phone}, {"primary", true}, {"label", "work"}}}}};
}
json lead(const std::string& id, const json& person_id = 1, const char* time = "2026-01-02T00:00:00.123Z") {
  return {{"id", id},         {"title", "T"},       {"person_id", person_id}, {"is_archived", false},
          {"add_time", time}, {"update_time", time}};
}
std::string v2_page(const std::vector<json>& rows, const json& next = nullptr) {
  return json{{"success", true}, {"data", rows}, {"additional_data", {{"next_cursor", next}}}}.dump();
}
std::string v1_page(const std::vector<json>& rows, bool more = false, const json& next_start = nullptr) {
  json pagination{{"more_items_in_collection", more}};
  if (!next_start.is_null()) pagination["next_start"] = next_start;
  return json{{"success", true}, {"data", rows}, {"additional_data", {{"pagination", pagination}}}}.dump();
}
std::string cursor_at(const std::string& stage, json more = json::object()) {
  json cursor{{"v", 1}, {"stage", stage}, {"listing", true}};
  cursor.update(more);
  return cursor.dump();
}
// A cursor of changes, all lists read up to that time.
std::string delta_at(const std::string& stage, json more = json::object()) {
  const auto since = milliseconds("2026-01-04T05:00:00Z");
  json cursor{{"v", 1},
              {"stage", stage},
              {"listing", false},
              {"organizations_since", since},
              {"persons_since", since},
              {"leads_since", since}};
  cursor.update(more);
  return cursor.dump();
}

}  // namespace

TEST_CASE("a full copy reads organizations, persons and leads, then changes from where it began") {
  Rig rig;
  rig.script.add(
      200, v2_page({{{"id", 5}, {"name", "Acme"}}, {{"id", 6}, {"name", "X"}, {"is_deleted", true}}, {{"name", "?"}}}),
      kDate);
  const auto first = rig.page("");
  CHECK(first.begins_listing);
  CHECK_FALSE(first.ends_listing);
  CHECK(first.more);
  CHECK(first.organizations == std::vector<OrganizationName>{{"5", "Acme"}, {"6", ""}});
  CHECK(first.rejected.size() == 1);
  rig.script.add(200, v2_page({person(1), person(2)}, "c+/="), {{"date", "Sun, 04 Jan 2026 05:31:00 GMT"}});
  const auto second = rig.page(first.next_cursor);
  CHECK_FALSE(second.begins_listing);
  CHECK(second.more);
  REQUIRE(second.records.size() == 2);
  CHECK(second.records[0].url == "https://acme.pipedrive.com/person/1");
  CHECK(second.records[0].phones[0].number->to_e164() == "+13108675309");
  rig.script.add(200, v2_page({person(3)}), {{"date", "Sun, 04 Jan 2026 05:32:00 GMT"}});
  const auto third = rig.page(second.next_cursor);
  CHECK(third.more);
  CHECK_FALSE(third.ends_listing);
  rig.script.add(200, v1_page({lead(kLead1)}), {{"date", "Sun, 04 Jan 2026 05:33:00 GMT"}});
  const auto fourth = rig.page(third.next_cursor);
  CHECK(fourth.ends_listing);
  CHECK_FALSE(fourth.more);
  REQUIRE(fourth.records.size() == 1);
  CHECK(fourth.records[0].person_id == "1");
  CHECK(fourth.records[0].phones.empty());
  CHECK(json::parse(fourth.next_cursor) == json{{"v", 1},
                                                {"stage", "organizations"},
                                                {"listing", false},
                                                {"organizations_since", milliseconds("2026-01-04T05:30:00Z")},
                                                {"persons_since", milliseconds("2026-01-04T05:31:00Z")},
                                                {"leads_since", milliseconds("2026-01-04T05:33:00Z")}});

  // The changes: each list from ten minutes before.
  rig.script.add(200, v2_page({}));
  rig.script.add(200, v2_page({}));
  rig.script.add(200, v1_page({}));
  rig.script.add(200, v1_page({}));
  auto cursor = fourth.next_cursor;
  for (int i = 0; i < 4; ++i) {
    const auto page = rig.page(cursor);
    CHECK(page.more == (i < 3));
    CHECK_FALSE(page.begins_listing);
    CHECK_FALSE(page.ends_listing);
    CHECK(page.next_cursor != cursor);
    cursor = page.next_cursor;
  }
  CHECK(cursor == fourth.next_cursor);  // nothing was seen and no Date told how far

  REQUIRE(rig.script.asked.size() == 8);
  CHECK(rig.connector->requests_sent() == 8);
  CHECK(rig.script.asked[0].headers.at("x-api-token") == "t");
  CHECK(rig.asked(0) == "/api/v2/organizations?limit=100&sort_by=id&sort_direction=asc");
  CHECK(rig.asked(1) == "/api/v2/persons?limit=100&sort_by=id&sort_direction=asc");
  CHECK(rig.asked(2) == "/api/v2/persons?limit=100&sort_by=id&sort_direction=asc&cursor=c%2B%2F%3D");
  CHECK(rig.asked(3) == "/api/v1/leads?sort=add_time%20ASC&start=0&limit=100");
  CHECK(rig.asked(4) ==
        "/api/v2/organizations?limit=100&updated_since=2026-01-04T05%3A20%3A00Z&sort_by=update_time&"
        "sort_direction=asc");
  CHECK(rig.asked(5) ==
        "/api/v2/persons?limit=100&updated_since=2026-01-04T05%3A21%3A00Z&sort_by=update_time&sort_direction=asc");
  CHECK(rig.asked(6) ==
        "/api/v1/leads?sort=update_time%20ASC&updated_since=2026-01-04T05%3A23%3A00Z&start=0&limit=100");
  CHECK(rig.asked(7) == "/api/v1/leads/archived?sort=update_time%20DESC&start=0&limit=100");
}

TEST_CASE("without leads the listing ends with the persons") {
  Rig rig;
  rig.options.leads = false;
  rig.make();
  rig.script.add(200, v2_page({person(1)}), kDate);
  const auto page = rig.page(cursor_at("persons"));
  CHECK(page.ends_listing);
  CHECK_FALSE(page.more);
  // Switched off in the middle of them.
  const auto left = rig.page(cursor_at("leads", {{"start", 100}}));
  CHECK(left.ends_listing);
  CHECK_FALSE(left.more);
  CHECK(rig.script.asked.size() == 1);
  const auto fetched = rig.connector->fetch({"p", RecordKind::lead, kLead1}, kNow);
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
}

TEST_CASE("leads that are switched on later are all read once, without the archived ones") {
  Rig rig;
  rig.script.add(200, v1_page({lead(kLead1)}), kDate);
  const auto page = rig.page(delta_at("leads", {{"leads_since", 0}}));
  CHECK_FALSE(page.more);
  CHECK(rig.asked(0) == "/api/v1/leads?sort=add_time%20ASC&start=0&limit=100");
  CHECK(json::parse(page.next_cursor)["leads_since"] == milliseconds("2026-01-04T05:30:00Z"));
}

TEST_CASE("a list that tells no time is read up to its newest row, and never beyond now") {
  Rig rig;
  rig.script.add(200, v2_page({person(1, "+13108675309", "2026-01-04T05:10:00Z")}, "c1"));
  const auto first = rig.page(delta_at("persons"));
  CHECK(json::parse(first.next_cursor)["persons_since"] == milliseconds("2026-01-04T05:00:00Z"));
  rig.script.add(200, v2_page({person(2, "+13108675309", "2026-01-04T05:20:00Z"), person(3, "+13108675309", nullptr)}));
  const auto second = rig.page(first.next_cursor);
  CHECK(second.records.size() == 2);
  CHECK(second.records[1].version == kNow.time_since_epoch().count());
  CHECK(json::parse(second.next_cursor)["persons_since"] == milliseconds("2026-01-04T05:20:00Z"));
  rig.script.add(200, v2_page({person(2, "+13108675309", "2099-01-01T00:00:00Z")}));
  CHECK(json::parse(rig.page(delta_at("persons")).next_cursor)["persons_since"] ==
        milliseconds("2026-01-04T05:33:20Z"));
  // A Date from far ahead counts as far as clocks may differ.
  rig.script.add(200, v2_page({}), {{"date", "Mon, 04 Jan 2027 05:30:00 GMT"}});
  CHECK(json::parse(rig.page(delta_at("persons")).next_cursor)["persons_since"] ==
        milliseconds("2026-01-04T05:43:20Z"));
}

TEST_CASE("an empty pipedrive page is not the end, and no data is an empty list") {
  Rig rig;
  rig.script.add(200, v2_page({}, "c2"));
  const auto page = rig.page(cursor_at("persons", {{"next", "c1"}, {"rows", 7}}));
  CHECK(page.more);
  CHECK(json::parse(page.next_cursor)["next"] == "c2");
  CHECK(rig.asked(0).find("limit=7&") != std::string::npos);  // as the cursor was made with
  rig.script.add(200, R"({"success":true,"data":null,"additional_data":{"next_cursor":"c3"}})");
  CHECK(rig.page(page.next_cursor).more);
  rig.script.add(200, R"({"success":true,"data":null,"additional_data":{"next_cursor":null}})");
  CHECK(json::parse(rig.page(page.next_cursor).next_cursor)["stage"] == "leads");
}

TEST_CASE("what does not say that it is the last page of a pipedrive list is not taken for it") {
  Rig rig;
  for (const char* rest : {"null", "[]", R"([],"additional_data":{})", R"([],"additional_data":{"next_cursor":7})"}) {
    rig.script.add(200, std::string(R"({"success":true,"data":)") + rest + "}");
    CHECK(rig.error_of(cursor_at("persons", {{"next", "c1"}})).kind == FetchErrorKind::malformed);
  }
}

TEST_CASE("a list that stands still is told, before its page is handed on again") {
  Rig rig;
  for (const auto& rows : {std::vector<json>{}, std::vector<json>{person(1)}}) {
    rig.script.add(200, v2_page(rows, "c1"));
    CHECK(rig.error_of(cursor_at("persons", {{"next", "c1"}})).kind == FetchErrorKind::malformed);
  }
  const std::string leads = cursor_at("leads", {{"start", 100}});
  for (const json& next : {json(0), json(100), json(), json(4'000'000'000'000)}) {
    rig.script.add(200, v1_page({}, true, next));
    CHECK(rig.error_of(leads).kind == FetchErrorKind::malformed);
  }
  rig.script.add(200, v1_page({}, true, 200));
  CHECK(json::parse(rig.page(leads).next_cursor)["start"] == 200);
}

TEST_CASE("a refused cursor restarts a list of changes a few times, and ends a listing") {
  Rig rig;
  const std::string refused = R"({"success":false,"error":"Invalid cursor","data":null})";
  rig.script.add(400, refused);
  CHECK(rig.error_of(cursor_at("persons", {{"next", "c1"}})).kind == FetchErrorKind::cursor_expired);
  rig.script.add(400, refused);
  CHECK(rig.error_of(cursor_at("persons")).kind == FetchErrorKind::malformed);  // no cursor was sent

  auto cursor = delta_at("persons", {{"next", "c1"}, {"rows", 50}});
  for (int i = 0; i < 3; ++i) {
    rig.script.add(400, refused);
    const auto page = rig.page(cursor);
    CHECK(page.more);
    CHECK(page.records.empty());
    CHECK(page.next_cursor != cursor);
    rig.script.add(200, v2_page({person(1)}, "c2"), kDate);
    cursor = rig.page(page.next_cursor).next_cursor;
    CHECK(rig.script.asked.back().target.find("cursor=") == std::string::npos);
    CHECK(rig.script.asked.back().target.find("updated_since=2026-01-04T04%3A50") != std::string::npos);
  }
  rig.script.add(400, refused);
  CHECK(rig.error_of(cursor).kind == FetchErrorKind::cursor_expired);
  CHECK(rig.error_of("no cursor of ours").kind == FetchErrorKind::cursor_expired);
}

TEST_CASE("leads that move to the left while they are listed are read again") {
  Rig rig;
  const auto id = [](int n) { return "1bce0200-5044-11f1-8f4f-0000000000" + std::to_string(10 + n); };
  const auto time = [](int n) { return "2026-01-02T00:00:" + std::to_string(10 + n) + "Z"; };
  const auto rows = [&](std::initializer_list<int> numbers) {
    std::vector<json> list;
    for (const int n : numbers) list.push_back(lead(id(n), 1, time(n).c_str()));
    return list;
  };
  rig.options.rows_per_page = 4;
  rig.make();
  rig.script.add(200, v1_page(rows({0, 1, 2, 3}), true, 4), kDate);
  const auto first = rig.page(cursor_at("leads"));
  // Lead 0 to 2 were deleted: the offset 4 is now the place of lead 7, and two rows of overlap do not meet lead 3.
  rig.script.add(200, v1_page(rows({5, 6, 7, 8}), true, 6), kDate);
  const auto second = rig.page(first.next_cursor);
  CHECK(rig.asked(1).find("start=2&limit=4") != std::string::npos);
  CHECK(second.more);
  CHECK(second.records.size() == 4);
  CHECK_FALSE(second.ends_listing);
  rig.script.add(200, v1_page(rows({3, 4, 5, 6}), true, 4), kDate);
  const auto third = rig.page(second.next_cursor);
  CHECK(rig.asked(2).find("start=0&limit=4") != std::string::npos);
  CHECK(third.more);
  rig.script.add(200, v1_page(rows({5, 6, 7, 8}), false), kDate);
  CHECK(rig.page(third.next_cursor).ends_listing);
  // A list that got shorter than the offset is not at its end.
  rig.script.add(200, v1_page({}, false), kDate);
  const auto shorter = rig.page(first.next_cursor);
  CHECK(shorter.more);
  CHECK_FALSE(shorter.ends_listing);
  // One that never fits is read as it comes.
  auto cursor = cursor_at("leads", {{"start", 50}, {"anchors", {"x@y"}}, {"restarts", 20}});
  rig.script.add(200, v1_page(rows({1, 2}), false), kDate);
  CHECK(rig.page(cursor).ends_listing);
}

TEST_CASE("archived leads leave, down to what the last round has seen") {
  Rig rig;
  json archived = lead(kLead1, 1, "2026-01-04T05:10:00.500Z");
  archived["is_archived"] = true;
  const json silent = lead(kLead2, 1, "2026-01-04T04:55:00.000Z");  // does not say that it is archived
  const json old = lead("1bce0200-5044-11f1-8f4f-d7944c9e4f33", 1, "2026-01-04T04:49:59.999Z");
  rig.script.add(200, v1_page({archived, silent, old}, true, 100), kDate);
  const auto page = rig.page(delta_at("archived", {{"began", milliseconds("2026-01-04T05:29:00Z")}}));
  CHECK(page.records.empty());
  CHECK(page.deletions ==
        std::vector<Deletion>{{{"p", RecordKind::lead, kLead1}, milliseconds("2026-01-04T05:10:00Z") + 500, {}},
                              {{"p", RecordKind::lead, kLead2}, milliseconds("2026-01-04T04:55:00Z"), {}}});
  CHECK_FALSE(page.more);
  CHECK(json::parse(page.next_cursor)["leads_since"] == milliseconds("2026-01-04T05:29:00Z"));
}

TEST_CASE("a lead without a person is rejected, and an older form of it leaves") {
  Rig rig;
  rig.script.add(200, v1_page({lead(kLead1, nullptr)}), kDate);
  const auto page = rig.page(cursor_at("leads"));
  REQUIRE(page.rejected.size() == 1);
  CHECK(page.rejected[0].reason == RejectReason::no_name);
  REQUIRE(page.rejected[0].withdrawal);
  CHECK(page.rejected[0].withdrawal->withdrawn);
  CHECK(page.rejected[0].withdrawal->id == RecordId{"p", RecordKind::lead, kLead1});
}

TEST_CASE("custom fields are asked for by their keys, up to fifteen") {
  Rig rig;
  const auto key = [](int n) { return std::string(38, 'a') + std::to_string(10 + n); };
  for (int i = 0; i < 15; ++i) rig.options.mapping.custom_fields["f" + std::to_string(i)] = key(i);
  rig.options.mapping.custom_fields["origin"] = "source_name";
  rig.make();
  rig.script.add(200, v2_page({person(1)}));
  rig.page(cursor_at("persons"));
  CHECK(rig.asked(0).find("&custom_fields=" + key(0) + "%2C" + key(1)) != std::string::npos);
  CHECK(rig.asked(0).find("source_name") == std::string::npos);
  rig.options.mapping.custom_fields["one more"] = key(15);
  rig.make();
  rig.script.add(200, v2_page({person(1)}));
  rig.page(cursor_at("persons"));
  CHECK(rig.asked(1).find("custom_fields") == std::string::npos);
}

TEST_CASE("what a pipedrive page may be instead of a page") {
  Rig rig;
  for (const char* body : {"", "null", "[]", "{", "{}", R"({"success":true})", R"({"success":true,"data":{}})",
                           R"({"success":false,"error":"no","data":null})", R"({"success":true,"data":"x"})"}) {
    CAPTURE(body);
    rig.script.add(200, body);
    CHECK(rig.error_of(cursor_at("persons")).kind == FetchErrorKind::malformed);
  }
  rig.script.add(200, v2_page({person(1)}, std::string(5000, 'c')));
  CHECK(rig.error_of(cursor_at("persons")).kind == FetchErrorKind::malformed);
  rig.script.add(200, v2_page({nullptr, 5, "x", json::array(), {{"id", "x"}}, person(1)}));
  const auto page = rig.page(cursor_at("persons"));
  CHECK(page.records.size() == 1);
  CHECK(page.rejected.size() == 5);
}

TEST_CASE("each status says what to do next") {
  struct Row {
    int status;
    std::string body;
    std::map<std::string, std::string> headers;
    FetchErrorKind kind;
    std::optional<std::chrono::milliseconds> wait;
  };
  using std::chrono::minutes;
  using std::chrono::seconds;
  const std::string own = R"({"success":false,"error":"no"})";
  const Row table[] = {
      {401, own, {}, FetchErrorKind::unauthorized, {}},
      {402, own, {}, FetchErrorKind::unauthorized, {}},
      {403, own, {}, FetchErrorKind::unauthorized, {}},
      {403, R"({"success":false,"message":"Forbidden"})", {}, FetchErrorKind::unauthorized, {}},
      {403, "<html>error code: 1015", {{"server", "cloudflare"}}, FetchErrorKind::rate_limited, minutes(10)},
      {404, own, {}, FetchErrorKind::malformed, {}},
      {429, own, {}, FetchErrorKind::rate_limited, seconds(2)},
      {429, own, {{"x-ratelimit-reset", "3"}, {"retry-after", "9"}}, FetchErrorKind::rate_limited, seconds(3)},
      {429, own, {{"x-ratelimit-reset", "0"}}, FetchErrorKind::rate_limited, seconds(2)},
      {429, own, {{"x-ratelimit-reset", "99999999"}}, FetchErrorKind::rate_limited, seconds(3600)},
      {429, own, {{"retry-after", "9"}}, FetchErrorKind::rate_limited, seconds(9)},
      {429, own, {{"x-daily-ratelimit-token-remaining", "0"}}, FetchErrorKind::rate_limited, minutes(15)},
      {500, own, {}, FetchErrorKind::unavailable, {}},
      {503, "", {{"retry-after", "5"}}, FetchErrorKind::unavailable, seconds(5)},
      {524, "<html>", {}, FetchErrorKind::unavailable, {}},
      {302, "", {{"location", "https://evil.example"}}, FetchErrorKind::malformed, {}},
      {422, own, {}, FetchErrorKind::malformed, {}}};
  for (const auto& row : table) {
    CAPTURE(row.status);
    CAPTURE(row.body);
    Rig rig;
    rig.script.add(row.status, row.body, row.headers);
    const auto error = rig.error_of(cursor_at("persons"));
    CHECK(error.kind == row.kind);
    CHECK(error.wait == row.wait);
    if (row.kind != FetchErrorKind::rate_limited) continue;
    // Nothing is sent before the wait is over.
    const auto again = rig.error_of(cursor_at("persons"), kNow + *row.wait - std::chrono::milliseconds(1));
    CHECK(again.kind == FetchErrorKind::rate_limited);
    CHECK(rig.script.asked.size() == 1);
    rig.script.add(200, v2_page({person(1)}));
    rig.page(cursor_at("persons"), kNow + *row.wait);
  }
}

TEST_CASE("the last request of a burst is followed by a pause, the daily tokens by our share") {
  Rig rig;
  rig.script.add(200, v2_page({person(1)}), {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1"}});
  rig.page(cursor_at("persons"));
  const auto error = rig.error_of(cursor_at("persons"));
  CHECK(error.kind == FetchErrorKind::rate_limited);
  CHECK(error.wait == std::chrono::seconds(1));
  const auto later = kNow + std::chrono::seconds(1);
  rig.script.add(200, v2_page({person(1)}),
                 {{"x-daily-ratelimit-token-limit", "30000"}, {"x-daily-ratelimit-token-remaining", "29000"}});
  rig.page(cursor_at("persons"), later);
  CHECK(rig.connector->requests_left(later).today == 29'000U);
  CHECK_FALSE(rig.connector->requests_left(later).this_minute);
  rig.script.add(200, v2_page({person(1)}),
                 {{"x-daily-ratelimit-token-limit", "30000"}, {"x-daily-ratelimit-token-remaining", "0"}});
  rig.page(cursor_at("persons"), later);
  rig.script.add(200, v2_page({person(1)}));  // one probe a quarter of an hour
  rig.page(cursor_at("persons"), later);
  CHECK(rig.error_of(cursor_at("persons"), later).wait == DailyQuota::kProbeInterval);
}

TEST_CASE("a single person, there, gone and unclear") {
  Rig rig;
  const RecordId id{"p", RecordKind::contact, "7"};
  json row = person(7);
  row["org_id"] = 5;
  rig.script.add(200, json{{"success", true}, {"data", row}}.dump(), kDate);
  rig.script.add(200, R"({"success":true,"data":{"id":5,"name":"Acme"}})");
  const auto there = rig.connector->fetch(id, kNow);
  REQUIRE(there);
  REQUIRE(there->record);
  CHECK(there->record->id == id);
  CHECK(there->organizations == std::vector<OrganizationName>{{"5", "Acme"}});
  CHECK(there->as_of == text::parse_iso_time("2026-01-04T05:30:00Z"));
  CHECK(rig.asked(0) == "/api/v2/persons/7");
  CHECK(rig.asked(1) == "/api/v2/organizations/5");

  row["is_deleted"] = true;
  rig.script.add(200, json{{"success", true}, {"data", row}}.dump(), kDate);
  rig.script.add(404, R"({"success":false,"error":"Entity was not found","data":null})", kDate);
  rig.script.add(410, R"({"success":false,"error":"gone"})", kDate);
  for (int i = 0; i < 3; ++i) {
    const auto gone = rig.connector->fetch(id, kNow);
    REQUIRE(gone);
    CHECK_FALSE(gone->record);
    CHECK(gone->as_of == text::parse_iso_time("2026-01-04T05:30:00Z"));
  }
  // A wrong address says 404 to everything, and another person's row is no answer.
  rig.script.add(404, "<html>nothing here");
  rig.script.add(200, json{{"success", true}, {"data", person(8)}}.dump());
  rig.script.add(200, R"({"success":true,"data":null})");
  for (int i = 0; i < 3; ++i) {
    const auto unclear = rig.connector->fetch(id, kNow);
    REQUIRE_FALSE(unclear);
    CHECK(unclear.error().kind == FetchErrorKind::malformed);
  }
  // What can be no id is asked of nobody.
  const auto sent = rig.script.asked.size();
  for (const char* text : {"", "x", "7/..", "0", kLead1.c_str()}) {
    const auto nobody = rig.connector->fetch({"p", RecordKind::contact, text}, kNow);
    REQUIRE(nobody);
    CHECK_FALSE(nobody->record);
  }
  CHECK_FALSE(rig.connector->fetch({"p", RecordKind::lead, "7"}, kNow)->record);
  CHECK(rig.connector->fetch_organization("x/../persons", kNow).error().kind == FetchErrorKind::not_found);
  CHECK(rig.script.asked.size() == sent);
}

TEST_CASE("a single lead comes with its person") {
  Rig rig;
  const RecordId id{"p", RecordKind::lead, kLead1};
  json row = lead(kLead1, 7);
  row["organization_id"] = 6;
  json owner = person(7);
  owner["org_id"] = 5;
  rig.script.add(200, json{{"success", true}, {"data", row}}.dump(), kDate);
  rig.script.add(200, json{{"success", true}, {"data", owner}}.dump(), kDate);
  rig.script.add(200, R"({"success":true,"data":{"id":5,"name":"Acme"}})");
  rig.script.add(200, R"({"success":true,"data":{"id":6,"name":"Beta"}})");
  const auto there = rig.connector->fetch(id, kNow);
  REQUIRE(there);
  REQUIRE(there->record);
  CHECK(there->record->person_id == "7");
  CHECK(there->record->phones.empty());
  REQUIRE(there->others.size() == 1);
  CHECK(there->others[0].id == RecordId{"p", RecordKind::contact, "7"});
  CHECK(there->others[0].phones.size() == 1);
  CHECK(there->organizations == std::vector<OrganizationName>{{"5", "Acme"}, {"6", "Beta"}});

  row["is_archived"] = true;
  rig.script.add(200, json{{"success", true}, {"data", row}}.dump(), kDate);
  const auto archived = rig.connector->fetch(id, kNow);
  REQUIRE(archived);
  CHECK_FALSE(archived->record);
  CHECK_FALSE(archived->rejected);
  rig.script.add(200, json{{"success", true}, {"data", lead(kLead1, nullptr)}}.dump(), kDate);
  const auto nobodys = rig.connector->fetch(id, kNow);
  REQUIRE(nobodys);
  REQUIRE(nobodys->rejected);
  CHECK(nobodys->rejected->withdrawal);
}

TEST_CASE("a search by phone asks with the national number, then with its end") {
  Rig rig;
  rig.script.add(200, R"({"success":true,"data":{"items":[]}})");
  rig.script.add(200,
                 R"({"success":true,"data":{"items":[{"item":{"id":1}},{"item":{"id":"2"}},{"item":{"id":1}},{}]}})");
  json first = person(1, "+1 212 736 5000");
  first["org_id"] = 5;
  rig.script.add(200, v2_page({first, person(2), person(3)}), kDate);
  rig.script.add(200, v2_page({{{"id", 5}, {"name", "Acme"}}}));
  const auto found = rig.connector->find_by_phone(*PhoneNumber::from_e164("+13108675309"), kNow);
  REQUIRE(found);
  REQUIRE(found->size() == 2);
  CHECK((*found)[0].id.external_id == "2");  // the one that has the number
  CHECK((*found)[1].organizations == std::vector<OrganizationName>{{"5", "Acme"}});
  CHECK((*found)[0].as_of == text::parse_iso_time("2026-01-04T05:30:00Z"));
  CHECK(rig.asked(0) == "/api/v2/persons/search?term=3108675309&fields=phone&limit=20");
  CHECK(rig.asked(1) == "/api/v2/persons/search?term=08675309&fields=phone&limit=20");
  CHECK(rig.asked(2) == "/api/v2/persons?ids=1%2C2&limit=2");
  CHECK(rig.asked(3) == "/api/v2/organizations?ids=5&limit=1");

  rig.options.mapping.phone_fields = {std::string(40, 'a')};
  rig.make();
  for (const auto& [number, term] : {std::pair("+442079460958", "2079460958"),
                                     {"+390612345678", "0612345678"},
                                     {"+3612345678", "612345678"},
                                     {"+4930123456", "30123456"}}) {
    rig.script.asked.clear();
    rig.script.add(200, R"({"success":true,"data":{"items":[{"item":{"id":1}}]}})");
    rig.script.add(200, v2_page({}));
    const auto nobody = rig.connector->find_by_phone(*PhoneNumber::from_e164(number), kNow);
    REQUIRE(nobody);
    CHECK(nobody->empty());
    CHECK(rig.asked(0) ==
          std::string("/api/v2/persons/search?term=") + term + "&fields=phone%2Ccustom_fields&limit=20");
  }
}

TEST_CASE("many hits are cut to as many as a lookup takes") {
  Rig rig;
  json items = json::array();
  std::vector<json> rows;
  for (int i = 1; i <= 30; ++i) {
    items.push_back({{"item", {{"id", i}}}});
    if (i <= 20) rows.push_back(person(i, i > 15 ? "+1 310 867 5309" : "+1 212 736 5000"));
  }
  rig.script.add(200, json{{"success", true}, {"data", {{"items", items}}}}.dump());
  rig.script.add(200, v2_page(rows));
  const auto found = rig.connector->find_by_phone(*PhoneNumber::from_e164("+13108675309"), kNow);
  REQUIRE(found);
  REQUIRE(found->size() == Connector::kSearchHitsMax);
  for (const auto& person : *found) CHECK(std::stoi(person.id.external_id) > 15);
}

TEST_CASE("deep links follow the token's company, and the shared address has none") {
  HttpScript token;
  token.add(200, R"({"access_token":"a","refresh_token":"r2","api_domain":"https://beta.pipedrive.com"})");
  Rig rig;
  Credential oauth(
      OAuth{"id", "secret", RefreshTokenFlow{"r"}, "/oauth/token", OAuth::Body::form_and_basic, "api_domain"},
      std::make_unique<ringdex::test_support::ScriptedHttp>(token), {});
  const auto connector = make_pipedrive_connector(rig.options, {oauth, rig.budget, rig.quota}, scripted(rig.script),
                                                  ringdex::telephony::test_parser());
  rig.script.add(200, v2_page({person(1)}));
  CHECK(connector->next_page(cursor_at("persons"), kNow)->records[0].url == "https://beta.pipedrive.com/person/1");
  REQUIRE(token.asked.size() == 1);
  CHECK(token.asked[0].target == "/oauth/token");

  rig.options.base_url = "https://api.pipedrive.com/";
  rig.make();
  rig.script.add(200, v2_page({person(1)}));
  CHECK(rig.page(cursor_at("persons")).records[0].url.empty());
}
