#include <doctest/doctest.h>

#include "tests/server/call_scene.h"

// What phone systems send, and what a person would expect of it.
namespace ringdex::server {
namespace {

using index::CallDirection;
using nlohmann::json;

struct Case {
  const char* what;
  CallDirection direction;
  const char* from;
  const char* to;
  const char* match;
  const char* unmatchable;  // empty: none
  const char* shown;        // empty: nobody
  bool makes_record = false;
};

constexpr const char* kLocal = "a local record";
constexpr auto kIn = CallDirection::inbound;
constexpr auto kOut = CallDirection::outbound;

constexpr Case kCases[] = {
    {"a known caller", kIn, "+12125550123", "+12125550100", "one", "", "crm:contact:anna"},
    {"in the form of the country", kIn, "(212) 555-0123", "", "one", "", "crm:contact:anna"},
    {"digits without a plus", kIn, "12125550123", "", "one", "", "crm:contact:anna"},
    {"as a SIP header", kIn, "\"Anna\" <sip:+12125550123@pbx.example;user=phone>", "", "one", "", "crm:contact:anna"},
    {"as a tel URI with an extension", kIn, "tel:+1-212-555-0123;ext=7", "", "one", "", "crm:contact:anna"},
    {"a national number on a line in another country", kIn, "06 1234 5678", "+39 06 9876543", "one", "",
     "crm:contact:enzo"},
    {"the same digits on a line at home are somebody else's", kIn, "06 1234 5678", "+12125550100", "one", "", kLocal,
     true},
    {"an unknown caller", kIn, "+12125550199", "+12125550100", "one", "", kLocal, true},
    {"withheld, by name", kIn, "anonymous", "+12125550100", "none", "withheld", ""},
    {"withheld, as SIP says it", kIn, "\"Anonymous\" <sip:anonymous@anonymous.invalid>", "", "none", "withheld", ""},
    {"withheld, by an empty field", kIn, "", "+12125550100", "none", "withheld", ""},
    {"out of area", kIn, "Unavailable", "", "none", "withheld", ""},
    {"nothing but zeroes", kIn, "0000000000", "", "none", "not_a_number", ""},
    {"not a number", kIn, "hello", "", "none", "not_a_number", ""},
    {"a colleague's extension", kIn, "201", "+12125550100", "none", "extension", ""},
    {"an extension of four digits", kIn, "4711", "", "none", "extension", ""},
    {"a call through the company's own line", kIn, "+12125550100", "+12125550101", "none", "own_number", ""},
    {"a line that calls itself", kIn, "+12125550100", "+12125550100", "none", "own_number", ""},
    {"seven digits, which are nobody's", kIn, "555-0123", "", "none", "not_a_number", ""},
    {"called out: a known person", kOut, "201", "+12125550123", "one", "", "crm:contact:anna"},
    {"called out: an unknown number makes no record", kOut, "201", "+12125550199", "none", "", ""},
    {"called out: a colleague", kOut, "201", "202", "none", "extension", ""},
    {"called out: a line of the company", kOut, "201", "+12125550100", "none", "own_number", ""},
    {"called out from a line abroad, in its country's form", kOut, "+39 06 9876543", "06 1234 5678", "one", "",
     "crm:contact:enzo"},
};

TEST_CASE("every kind of call is answered as a person would expect") {
  for (const Case& row : kCases) {
    CAPTURE(std::string(row.what));
    CallScene scene({{"default", CallScene::creating()}});
    scene.put(
        {CallScene::person("anna", "Anna", {"+12125550123"}), CallScene::person("enzo", "Enzo", {"+390612345678"})});
    RingRequest request = CallScene::inbound("c1", row.from, row.to, {"ann"});
    request.direction = row.direction;
    const json answer = scene.ring(request);
    CHECK(answer["match"] == row.match);
    CHECK(answer.value("unmatchable", "") == row.unmatchable);
    std::string shown = answer["default"].is_null() ? "" : answer["default"].get<std::string>();
    if (shown.starts_with("local:local:")) shown = kLocal;
    CHECK(shown == row.shown);
    const auto locals = scene.index.read().source_state("default", "local");
    CHECK(locals->records == (row.makes_record ? 1 : 0));
    // The agent is told in any case, and the call is in the journal.
    CHECK(CallScene::data(scene.told(1)[0]) == answer);
    CHECK(scene.journal->list("default", {.agent = "ann"})->size() == 1);
    // Asked again, nothing is made and nothing changes.
    CHECK(scene.ring(request) == answer);
    CHECK(scene.index.read().source_state("default", "local")->records == locals->records);
  }
}

TEST_CASE("the same caller on two lines at once is two calls about one person") {
  CallScene scene({{"default", CallScene::creating()}});
  const json first = scene.ring(CallScene::inbound("c1", "+12125550199", "+12125550100", {"ann"}));
  const json second = scene.ring(CallScene::inbound("c2", "+12125550199", "+12125550101", {"ben"}));
  CHECK(first["default"] == second["default"]);
  CHECK(scene.index.read().source_state("default", "local")->records == 1);
  REQUIRE(scene.actions.ended("default", "c1"));
  CHECK(scene.report("c2")["call"]["state"] == "ringing");
  CHECK(scene.told(3)[1].agents == std::vector<std::string>{"ben"});
}

TEST_CASE("a call from a number that an agent has named shows the name at once") {
  CallScene scene({{"default", CallScene::settings()}});
  CHECK(scene.ring(CallScene::inbound("c1", "+12125550199"))["match"] == "none");
  const auto id = scene.locals.create("default", {.name = "The plumber", .phones = {"(212) 555-0199"}}, scene.tick());
  REQUIRE(id);
  const json answer = scene.ring(CallScene::inbound("c2", "+12125550199"));
  CHECK(answer["candidates"][0]["name"] == "The plumber");
  CHECK(answer["default_reason"]["rule"] == "only_candidate");
  REQUIRE(scene.locals.remove("default", *id, scene.tick()));
  CHECK(scene.ring(CallScene::inbound("c3", "+12125550199"))["match"] == "none");
  CHECK(scene.report("c2")["attribute"][0]["state"] == "deleted");
}

TEST_CASE("who is named while on the phone is seen by whoever has the call") {
  CallScene scene({{"default", CallScene::settings()}});
  const std::string number = "+12125550199";
  scene.ring(CallScene::inbound("over", number, "", {"ann"}));
  REQUIRE(scene.actions.ended("default", "over"));
  scene.ring(CallScene::inbound("on", number, "", {"ann", "ben"}));
  const auto id = scene.locals.create("default", {.name = "The plumber", .phones = {number}}, scene.tick());
  REQUIRE(id);
  scene.updates.number_named("default", telephony::PhoneNumber::from_e164(number).value());
  const auto created = scene.told(4)[3];
  CHECK(created.type == "changed");
  CHECK(created.agents == std::vector<std::string>{"ann", "ben"});
  CHECK(CallScene::data(created)["call"]["id"] == "on");
  CHECK(scene.report("on")["attribute"][0]["record"] == id->to_string());
  REQUIRE(scene.locals.replace("default", *id, {.name = "Joe", .phones = {number}}, scene.tick()));
  scene.updates.number_named("default", telephony::PhoneNumber::from_e164(number).value());
  CHECK(CallScene::data(scene.told(5)[4])["candidates"][0]["name"] == "Joe");
  CHECK(scene.report("over")["attribute"].empty());
  REQUIRE(scene.locals.remove("default", *id, scene.tick()));
  scene.updates.number_named("default", telephony::PhoneNumber::from_e164(number).value());
  CHECK(CallScene::data(scene.told(6)[5])["match"] == "none");
  CHECK(scene.report("on")["attribute"].empty());
}

TEST_CASE("a local record takes no number that somebody has") {
  CallScene scene({{"default", CallScene::settings()}});
  scene.put({CallScene::person("anna", "Anna", {"+12125550123"})});
  const auto kind = [](const auto& result) { return result.error().kind; };
  using Kind = LocalError::Kind;
  const auto taken = scene.locals.create("default", {.name = "X", .phones = {"+12125550123"}}, scene.tick());
  CHECK(kind(taken) == Kind::number_known);
  CHECK(taken.error().record->to_string() == "crm:contact:anna");
  const auto first = scene.locals.create("default", {.name = "A", .phones = {"+12125550198"}}, scene.tick());
  const auto second = scene.locals.create("default", {.name = "B", .phones = {"+12125550199"}}, scene.tick());
  REQUIRE(first);
  REQUIRE(second);
  CHECK(kind(scene.locals.create("default", {.name = "C", .phones = {"+12125550199"}}, scene.tick())) ==
        Kind::number_known);
  CHECK(kind(scene.locals.replace("default", *second, {.name = "B", .phones = {"+12125550198"}}, scene.tick())) ==
        Kind::number_known);
  CHECK(scene.locals.replace("default", *second, {.name = "Bee", .phones = {"+12125550199"}}, scene.tick()));
  CHECK(kind(scene.locals.create("default", {.name = "D", .phones = {"hello"}}, scene.tick())) == Kind::bad_phone);
  scene.put({CallScene::person("ben", "Ben", {"+12125550199"})});
  const auto gave_way = scene.locals.replace("default", *second, {.name = "Bee"}, scene.tick());
  CHECK(kind(gave_way) == Kind::record_gone);
  CHECK(gave_way.error().record->to_string() == "crm:contact:ben");
  REQUIRE(scene.locals.remove("default", *first, scene.tick()));
  CHECK(kind(scene.locals.remove("default", *first, scene.tick())) == Kind::record_gone);
  CHECK(kind(scene.locals.remove("default", {"local", index::RecordKind::local, "99"}, scene.tick())) ==
        Kind::record_unknown);
}

}  // namespace
}  // namespace ringdex::server
