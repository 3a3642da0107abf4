#include "sync/connectors/zendesk/zendesk_rows.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "sync/connectors/zendesk/zendesk_cursor.h"
#include "telephony/text/times.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using Kind = ZendeskUserRow::Kind;

namespace {

const ringdex::index::TimePoint kNow = *text::parse_iso_time("2026-01-04T05:33:20Z");
const MappingOptions kMapping{"zendesk-eu", "US", 10, 10, {"mobile", "second_line"}};

json end_user() {
  return {{"id", 35436},
          {"name", "Robin C."},
          {"email", "robin@example.org"},
          {"phone", "+1 555-123-4567"},
          {"role", "end-user"},
          {"active", true},
          {"suspended", false},
          {"organization_id", 509974},
          {"external_id", "sai989sur98w9"},
          {"tags", {"enterprise", "other_tag"}},
          {"user_fields", {{"mobile", "+1 310 867 5309"}, {"second_line", nullptr}, {"shoe_size", "44"}}},
          {"created_at", "2009-07-20T22:55:29Z"},
          {"updated_at", "2011-05-05T10:38:52Z"}};
}

ZendeskUserRow read(const json& user) {
  return read_zendesk_user(user, kMapping, "https://acme.zendesk.com", kNow);
}

}  // namespace

TEST_CASE("an end user becomes a contact") {
  const auto row = read(end_user());
  REQUIRE(row.kind == Kind::caller);
  CHECK(row.external_id == "35436");
  const auto& record = row.raw.record;
  CHECK(record.id.to_string() == "zendesk-eu:contact:35436");
  CHECK(record.name == "Robin C.");
  CHECK(record.organization.empty());
  CHECK(record.organization_id == "509974");
  CHECK(record.emails == std::vector<std::string>{"robin@example.org"});
  CHECK(record.tags == std::vector<std::string>{"enterprise", "other_tag"});
  CHECK(record.url == "https://acme.zendesk.com/agent/users/35436");
  CHECK(record.custom == std::map<std::string, std::string>{{"external_id", "sai989sur98w9"}});
  CHECK(record.created_at == text::parse_iso_time("2009-07-20T22:55:29Z"));
  CHECK(record.updated_at == text::parse_iso_time("2011-05-05T10:38:52Z"));
  CHECK(record.version == 1'304'591'932'000);
  CHECK(row.version == record.version);
  CHECK(row.raw.phones == std::vector<std::pair<std::string, std::string>>{{"", "+1 555-123-4567"}});
  CHECK(row.raw.fields == std::map<std::string, std::vector<std::string>>{{"mobile", {"+1 310 867 5309"}}});
}

TEST_CASE("identities add numbers and e-mails, once each, in the order of their ids") {
  const auto by_user = read_zendesk_identities(json::parse(R"([
    {"id": 9, "user_id": 35436, "type": "phone_number", "value": "+1 415 555 0101"},
    {"id": 3, "user_id": 35436, "type": "email", "value": "ROBIN@example.org"},
    {"id": 4, "user_id": 35436, "type": "email", "value": "r.c@example.net"},
    {"id": 5, "user_id": 35436, "type": "phone_number", "value": "+1 555-123-4567"},
    {"id": 2, "user_id": "35436", "type": "phone_number", "value": "020 7946 0958"},
    {"id": 6, "user_id": 35436, "type": "google", "value": "robin@gmail.example"},
    {"id": 7, "user_id": 35436, "type": "phone_number", "value": null},
    {"id": 8, "user_id": 1, "type": "phone_number", "value": "+1 415 555 0199"},
    {"id": 8, "type": "phone_number", "value": "+1 415 555 0199"},
    7, null, []
  ])"));
  REQUIRE(by_user.size() == 2);
  auto row = read(end_user());
  add_zendesk_identities(row.raw, by_user.at("35436"));
  CHECK(row.raw.record.emails == std::vector<std::string>{"robin@example.org", "r.c@example.net"});
  CHECK(row.raw.phones == std::vector<std::pair<std::string, std::string>>{
                              {"", "+1 555-123-4567"}, {"", "020 7946 0958"}, {"", "+1 415 555 0101"}});
  CHECK(read_zendesk_identities(json(5)).empty());
}

TEST_CASE("who is deleted, and who is no caller") {
  auto user = end_user();
  user["active"] = false;
  CHECK(read(user).kind == Kind::gone);
  CHECK(read(user).version == 1'304'591'932'000);
  user = end_user();
  user["name"] = "Permanently Deleted User";
  user["updated_at"] = nullptr;
  CHECK(read(user).kind == Kind::gone);
  CHECK(read(user).version == kNow.time_since_epoch().count());
  for (const auto* role : {"agent", "admin", "light-agent"}) {
    user = end_user();
    user["role"] = role;
    CHECK(read(user).kind == Kind::not_a_caller);
  }
  user = end_user();
  user["suspended"] = true;
  CHECK(read(user).kind == Kind::caller);
  user["id"] = "35436";
  CHECK(read(user).external_id == "35436");
}

TEST_CASE("a row that makes no sense is bad and never throws") {
  CHECK(read(json()).kind == Kind::bad);
  CHECK(read(json(5)).kind == Kind::bad);
  CHECK(read(json::array()).kind == Kind::bad);
  CHECK(read(json::object()).external_id.empty());
  for (const auto* name : {"role", "updated_at"}) {
    auto user = end_user();
    user.erase(name);
    CHECK(read(user).kind == Kind::bad);
    CHECK(read(user).external_id == "35436");
    CHECK_FALSE(read(user).detail.empty());
  }
  // Each field in turn of each other type.
  const auto whole = end_user();
  for (const auto& [name, value] : whole.items()) {
    for (const json& other : {json(), json(5), json(-5), json(1.5), json("x"), json(true),
                              json::array({5, "x", nullptr}), json{{"mobile", json::array()}}}) {
      auto user = whole;
      user[name] = other;
      CAPTURE(user.dump());
      const auto row = read(user);
      CHECK((row.kind == Kind::bad) == !row.detail.empty());
    }
  }
}

TEST_CASE("organizations") {
  using ringdex::index::OrganizationName;
  CHECK(read_zendesk_organization(json{{"id", 5}, {"name", "Acme"}}) == OrganizationName{"5", "Acme"});
  CHECK(read_zendesk_organization(json{{"id", 5}, {"name", "Acme"}, {"deleted_at", nullptr}}) ==
        OrganizationName{"5", "Acme"});
  CHECK(read_zendesk_organization(json{{"id", 5}, {"name", "Acme"}, {"deleted_at", "2026-01-04T05:33:20Z"}}) ==
        OrganizationName{"5", ""});
  CHECK_FALSE(read_zendesk_organization(json{{"name", "Acme"}}));
  CHECK_FALSE(read_zendesk_organization(json(5)));
}

TEST_CASE("the cursor is read as it was written, and nothing else is") {
  const ZendeskCursor cursor{ZendeskCursor::Stage::users, false, 7, 1'767'504'800, 5, "MTU3\"zZ=="};
  CHECK(ZendeskCursor::from_text(cursor.to_text()) == cursor);
  CHECK(ZendeskCursor::from_text(ZendeskCursor{}.to_text()) == ZendeskCursor{});
  CHECK(ZendeskCursor::from_text("") == ZendeskCursor{});
  const auto whole = json::parse(cursor.to_text());
  CHECK(whole.dump() == cursor.to_text());
  for (const auto& [name, value] : whole.items()) {
    if (name == "after_cursor") continue;
    for (const json& other : {json(), json(-1), json("x"), json(2.5), json(~0ULL)}) {
      auto broken = whole;
      broken[name] = other;
      CAPTURE(broken.dump());
      CHECK_FALSE(ZendeskCursor::from_text(broken.dump()).has_value());
    }
  }
  for (const auto* text : {"{}", "x", "[]", "2026-01-04T05:33:20Z"})
    CHECK_FALSE(ZendeskCursor::from_text(text).has_value());
}
