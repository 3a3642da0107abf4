#include "sync/connectors/pipedrive/pipedrive_webhook.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "telephony/text/times.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using nlohmann::json;
using ringdex::index::RecordKind;

namespace {

const TimePoint kNow = *text::parse_iso_time("2026-06-19T16:08:00Z");
const std::string kLead = "1bce0200-5044-11f1-8f4f-d7944c9e4f3a";
// printf 'hook:s3cret' | base64
const std::string kGood = "Basic aG9vazpzM2NyZXQ=";

WebhookRequest request(const std::string& body, const std::string& authorization = kGood) {
  return {{{"authorization", authorization}}, body};
}

json event(const std::string& action, const std::string& entity, const json& id, json more = json::object()) {
  json meta{{"action", action}, {"entity", entity}, {"entity_id", id},
            {"id", "7f6e"},     {"version", "2.0"}, {"timestamp", "2026-06-19T16:07:36.754Z"}};
  meta.update(more);
  return {{"meta", meta}, {"data", nullptr}, {"previous", nullptr}};
}

std::vector<Hint> hints_of(const json& body) {
  const auto hints = read_pipedrive_webhook(request(body.dump()), "hook", "s3cret", kNow);
  REQUIRE(hints);
  return *hints;
}

Hint hint_of(const json& body) {
  const auto hints = hints_of(body);
  REQUIRE(hints.size() == 1);
  return hints.front();
}

WebhookRefusal refusal_of(const WebhookRequest& given, const std::string& user = "hook",
                          const std::string& password = "s3cret") {
  const auto hints = read_pipedrive_webhook(given, user, password, kNow);
  REQUIRE_FALSE(hints);
  return hints.error();
}

}  // namespace

TEST_CASE("pipedrive events ask for what they should") {
  struct Row {
    const char* action;
    const char* entity;
    json id;
    Hint::Kind kind;
    RecordKind record_kind;
    std::string read_id;
  };
  const Row table[] = {{"create", "person", "11", Hint::Kind::refetch, RecordKind::contact, "11"},
                       {"change", "person", 11, Hint::Kind::refetch, RecordKind::contact, "11"},
                       {"delete", "person", "11", Hint::Kind::deleted, RecordKind::contact, "11"},
                       {"create", "lead", kLead, Hint::Kind::refetch, RecordKind::lead, kLead},
                       {"change", "lead", kLead, Hint::Kind::refetch, RecordKind::lead, kLead},
                       {"delete", "lead", kLead, Hint::Kind::deleted, RecordKind::lead, kLead},
                       {"change", "organization", "5", Hint::Kind::organization, RecordKind::contact, "5"},
                       {"delete", "organization", 5, Hint::Kind::organization, RecordKind::contact, "5"},
                       {"change", "deal", "5", Hint::Kind::ignored, RecordKind::contact, ""},
                       {"vanish", "person", "5", Hint::Kind::ignored, RecordKind::contact, ""}};
  for (const auto& row : table) {
    CAPTURE(row.action);
    CAPTURE(row.entity);
    const auto hint = hint_of(event(row.action, row.entity, row.id));
    CHECK(hint.kind == row.kind);
    CHECK(hint.record_kind == row.record_kind);
    CHECK(hint.ids == (row.read_id.empty() ? std::vector<std::string>{} : std::vector<std::string>{row.read_id}));
    CHECK(hint.into.empty());
    CHECK(hint.event_id == "7f6e");
    CHECK(hint.type == std::string(row.action) + "." + row.entity);
    CHECK(hint.happened_at == text::parse_iso_time("2026-06-19T16:07:36.754Z"));
  }
}

TEST_CASE("a merge is told twice, in any order, with ids as texts or numbers") {
  for (const bool numbers : {false, true}) {
    const auto id = [&](int value) { return numbers ? json(value) : json(std::to_string(value)); };
    const auto lost = hints_of(event("delete", "person", id(11), {{"merged_to_id", id(12)}}));
    REQUIRE(lost.size() == 2);
    CHECK(lost[0].kind == Hint::Kind::deleted);
    CHECK(lost[0].ids == std::vector<std::string>{"11"});
    CHECK(lost[0].into == "12");
    CHECK(lost[1].kind == Hint::Kind::refetch);
    CHECK(lost[1].ids == std::vector<std::string>{"12"});
    CHECK(lost[1].into.empty());

    const auto won = hints_of(event("change", "person", id(12), {{"merged_from_id", id(11)}}));
    REQUIRE(won.size() == 2);
    CHECK(won[0].kind == Hint::Kind::refetch);
    CHECK(won[0].ids == std::vector<std::string>{"12"});
    CHECK(won[1].kind == Hint::Kind::merged);
    CHECK(won[1].ids == std::vector<std::string>{"11", "12"});
  }
  // A merge with oneself, or with what is no id, is none.
  CHECK(hint_of(event("delete", "person", "11", {{"merged_to_id", "11"}})).into.empty());
  CHECK(hint_of(event("delete", "person", "11", {{"merged_to_id", "x"}})).into.empty());
  CHECK(hints_of(event("change", "person", "11", {{"merged_from_id", nullptr}})).size() == 1);
}

TEST_CASE("a body of version 1 is understood") {
  const json body = {{"v", 1},
                     {"event", "updated.person"},
                     {"meta", {{"action", "updated"}, {"object", "person"}, {"id", 11}, {"timestamp", 1781885256}}},
                     {"current", {{"id", 99}}}};
  auto hint = hint_of(body);
  CHECK(hint.kind == Hint::Kind::refetch);
  CHECK(hint.ids == std::vector<std::string>{"11"});
  CHECK(hint.event_id.empty());
  CHECK(hint.happened_at == text::parse_iso_time("2026-06-19T16:07:36Z"));
  json deleted = body;
  deleted["meta"]["action"] = "deleted";
  CHECK(hint_of(deleted).kind == Hint::Kind::deleted);
  json merged = body;
  merged["meta"]["action"] = "merged";
  CHECK(hint_of(merged).kind == Hint::Kind::refetch);
  merged["current"]["merge_what_id"] = 12;
  const auto both = hints_of(merged);
  REQUIRE(both.size() == 2);
  CHECK(both[1].kind == Hint::Kind::merged);
  CHECK(both[1].ids == std::vector<std::string>{"12", "11"});
}

TEST_CASE("an event from the future, or without a time, is of now") {
  CHECK(hint_of(event("delete", "person", "11", {{"timestamp", "2026-06-19T16:12:59Z"}})).happened_at ==
        text::parse_iso_time("2026-06-19T16:12:59Z"));
  for (const json& time : {json("2036-06-19T16:07:36Z"), json("soon"), json(), json(5)}) {
    CHECK(hint_of(event("delete", "person", "11", {{"timestamp", time}})).happened_at == kNow);
  }
  // Pipedrive's own repeats come minutes later.
  CHECK(hint_of(event("delete", "person", "11", {{"timestamp", "2026-06-19T12:00:00Z"}})).kind == Hint::Kind::deleted);
}

TEST_CASE("who does not bring user and password is told nothing, whatever the body says") {
  const std::string body = event("delete", "person", "11").dump();
  CHECK(refusal_of({{}, body}) == WebhookRefusal::unsigned_request);
  CHECK(refusal_of({{}, "not json"}) == WebhookRefusal::unsigned_request);
  // printf with: hook:wrong, wrong:s3cret, hook:s3cre, hook:s3cret2, hook, :, hooks3cret
  for (const char* wrong :
       {"Basic aG9vazp3cm9uZw==", "Basic d3Jvbmc6czNjcmV0", "Basic aG9vazpzM2NyZQ==", "Basic aG9vazpzM2NyZXQy",
        "Basic aG9vaw==", "Basic Og==", "Basic aG9va3MzY3JldA==", "Basic ", "Basic", "",
        "Bearer aG9vazpzM2NyZXQ=", "aG9vazpzM2NyZXQ=", "Basic aG9vazpzM2NyZXQ", "Basic  aG9vazpzM2NyZXQ="}) {
    CAPTURE(wrong);
    CHECK(refusal_of(request(body, wrong)) == WebhookRefusal::bad_signature);
    CHECK(refusal_of(request("not json", wrong)) == WebhookRefusal::bad_signature);
  }
  CHECK(refusal_of(request(body, "Basic " + std::string(20'000, 'A'))) == WebhookRefusal::bad_signature);
  CHECK(read_pipedrive_webhook(request(body, "bAsIc aG9vazpzM2NyZXQ="), "hook", "s3cret", kNow));
  CHECK(refusal_of(request(body), "", "") == WebhookRefusal::not_supported);
  CHECK(refusal_of(request(body, "Basic Og=="), "", "") == WebhookRefusal::not_supported);
}

TEST_CASE("pipedrive bodies that make no sense are malformed") {
  for (const std::string body : {"", "x", "[]", "5", "{}", R"({"meta":[]})", R"({"meta":{"action":"change"}})",
                                 R"({"meta":{"entity":"person"}})", R"({"meta":{"action":"change","entity":"person"}})",
                                 R"({"meta":{"action":"change","entity":"person","entity_id":"x"}})",
                                 R"({"meta":{"action":"change","entity":"person","entity_id":0}})",
                                 R"({"meta":{"action":"change","entity":"lead","entity_id":"5"}})",
                                 R"({"meta":{"action":"delete","entity":"organization","entity_id":null}})"}) {
    CAPTURE(body);
    CHECK(refusal_of(request(body)) == WebhookRefusal::malformed);
  }
  CHECK(refusal_of(request(std::string(100, '[') + std::string(100, ']'))) == WebhookRefusal::malformed);
  // Long texts are cut before they are kept.
  const auto hint = hint_of(event("change", std::string(5000, 'e'), "1", {{"id", std::string(5000, 'i')}}));
  CHECK(hint.type.size() <= 200);
  CHECK(hint.event_id.size() <= 200);
}
