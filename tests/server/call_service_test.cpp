#include "server/calls/call_service.h"

#include <doctest/doctest.h>

#include <set>
#include <thread>

#include "tests/server/call_scene.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;
using index::RecordId;
using nlohmann::json;

const std::string kAnna = "+12125550123";
const std::string kShared = "+12125550150";
const std::string kUnknown = "+12125550199";

RecordId crm(const std::string& id, index::RecordKind kind = index::RecordKind::contact) {
  return {"crm", kind, id};
}

std::vector<std::string> types(const std::vector<index::CallEvent>& events) {
  std::vector<std::string> found;
  for (const auto& event : events) found.push_back(event.type);
  return found;
}

TEST_CASE_FIXTURE(CallScene, "a ring is answered as a lookup is, told, and frozen") {
  put({person("1", "Anna", {kAnna, kShared}), person("2", "Bob", {kShared})});
  const json answer = ring(inbound("c1", "2125550150", "+12125550100", {"ann"}));
  CHECK(answer["match"] == "many");
  CHECK(answer["default"] == "crm:contact:1");
  CHECK(answer["call"]["line"] == "+12125550100");
  CHECK(answer["call"]["state"] == "ringing");
  const auto events = told(1);
  CHECK(events[0].type == "ringing");
  CHECK(events[0].agents == std::vector<std::string>{"ann"});
  CHECK(data(events[0]) == answer);

  // Whatever happens to the people, the same ring gets the same answer, and the report says what was seen.
  const auto position = index.read().position();
  put({person("2", "Robert", {kShared}, 5)});
  erase("1");
  CHECK(ring(inbound("c1", "2125550150", "+12125550100", {"ann"})) == answer);
  CHECK(told(1).size() == 1);
  const json report = this->report("c1");
  CHECK(report["answer"]["candidates"].size() == 2);
  CHECK(report["answer"]["default_reason"]["rule"] == "id");
  CHECK(report["answer"]["position"] == position);
  CHECK(report["policy"] == json::parse(R"({"pick": ["picked", "oldest"], "source_order": [], "region": "US",
                        "picked": {"scope": "account", "age_max_seconds": 31536000},
                        "same_person": "name_number", "unknown_caller": "ignore", "on_miss": "none"})"));
  CHECK(report["attribute"] == json::parse(R"([{"record": "crm:contact:1", "state": "deleted", "source": "crm",
                                                "kind": "contact", "external_id": "1"}])"));
}

TEST_CASE_FIXTURE(CallScene, "another agent's phone joins the same call; another number may not take its id") {
  put({person("1", "Anna", {kAnna})});
  const json first = ring(inbound("c1", kAnna, "", {"ann"}));
  const json second = ring(inbound("c1", "(212) 555-0123", "", {"ben", "ann"}));
  CHECK(second["default"] == first["default"]);
  CHECK(second["call"]["agents"] == json({"ann", "ben"}));
  const auto events = told(2);
  CHECK(events[1].type == "ringing");
  CHECK(events[1].agents == std::vector<std::string>{"ben"});

  CHECK(calls.ring(inbound("c1", kUnknown)).error().kind == CallError::Kind::id_taken);
  CHECK(calls.ring(outbound("c1", kAnna)).error().kind == CallError::Kind::id_taken);
  CHECK(told(2).size() == 2);
}

TEST_CASE_FIXTURE(CallScene, "answered and ended are told once each") {
  put({person("1", "Anna", {kAnna})});
  ring(inbound("c1", kAnna, "", {"ann", "ben"}));
  CHECK(actions.answered("default", "c1", "ben")->answered_by == "ben");
  CHECK(actions.answered("default", "c1", "ann")->answered_by == "ben");
  const auto ended = actions.ended("default", "c1");
  const auto again = actions.ended("default", "c1");
  CHECK(ended->ended_at == again->ended_at);
  CHECK(types(told(3)) == std::vector<std::string>{"ringing", "answered", "ended"});
  CHECK(data(told(3)[2])["call"]["state"] == "ended");
  CHECK(actions.ended("default", "c2").error().kind == CallError::Kind::unknown_call);
  CHECK(actions.ended("other", "c1").error().kind == CallError::Kind::unknown_call);
}

TEST_CASE_FIXTURE(CallScene, "a pick decides for this call, is remembered for the number, and can be taken back") {
  put({person("1", "Anna", {kShared}), person("2", "Bob", {kShared}), person("3", "Carl", {kShared})});
  CHECK(ring(inbound("c1", kShared, "", {"ann"}))["default"] == "crm:contact:1");
  REQUIRE(actions.pick("default", "c1", crm("2"), ""));
  const json picked = data(told(2)[1]);
  CHECK(told(2)[1].type == "picked");
  CHECK(picked["call"]["picked"]["record"] == "crm:contact:2");
  CHECK(picked["call"]["picked"]["agent"] == "ann");
  CHECK(report("c1")["attribute"][0]["record"] == "crm:contact:2");
  // The same again is nothing new.
  REQUIRE(actions.pick("default", "c1", crm("2"), ""));
  CHECK(told(2).size() == 2);

  const json next = ring(inbound("c2", kShared, "", {"ben"}));
  CHECK(next["default"] == "crm:contact:2");
  CHECK(next["default_reason"]["rule"] == "picked");
  CHECK(next["default_reason"]["because"].get<std::string>().starts_with("ann picked it for this number at 20"));
  CHECK(next["candidates"].size() == 3);

  REQUIRE(actions.pick("default", "c2", crm("3"), ""));
  CHECK(ring(inbound("c3", kShared))["default"] == "crm:contact:3");
  REQUIRE(actions.undo_pick("default", "c2", std::nullopt, ""));
  CHECK(report("c2")["call"]["picked"] == nullptr);
  CHECK(report("c2")["attribute"][0]["record"] == "crm:contact:2");
  CHECK(ring(inbound("c4", kShared))["default"] == "crm:contact:2");
  REQUIRE(actions.undo_pick("default", "c1", crm("3"), "ben"));
  CHECK(report("c1")["call"]["picked"]["record"] == "crm:contact:2");
  REQUIRE(actions.undo_pick("default", "c1", crm("2"), "ben"));
  REQUIRE(actions.undo_pick("default", "c1", crm("2"), "ben"));
  // Who was picked at that time, and who took it back, can still be told.
  const json history = report("c1")["picks"];
  REQUIRE(history.size() == 1);
  CHECK(history[0]["record"] == "crm:contact:2");
  CHECK(history[0]["name"] == "Bob");
  CHECK(history[0]["undone_by"] == "ben");
  CHECK(ring(inbound("c5", kShared))["default"] == "crm:contact:1");

  CHECK(actions.pick("default", "c1", crm("77"), "").error().kind == CallError::Kind::unknown_record);
  CHECK(actions.pick("default", "c77", crm("1"), "").error().kind == CallError::Kind::unknown_call);
}

TEST_CASE_FIXTURE(CallScene, "picks follow merges and deletions, and are there after a restart") {
  put({person("1", "Anna", {kShared}), person("2", "Bob", {kShared}), person("3", "Carl", {kShared})});
  ring(inbound("c1", kShared));
  REQUIRE(actions.pick("default", "c1", crm("2"), "ann"));

  erase("2", "3");
  CHECK(report("c1")["attribute"][0]["record"] == "crm:contact:3");
  CHECK(report("c1")["attribute"][0]["asked"] == "crm:contact:2");
  CHECK(report("c1")["attribute"][0]["state"] == "merged");
  CHECK(ring(inbound("c2", kShared))["default"] == "crm:contact:3");
  // The loser's id may still be on an agent's screen.
  REQUIRE(actions.pick("default", "c2", crm("2"), "ann"));
  CHECK(report("c2")["call"]["picked"]["record"] == "crm:contact:3");

  RememberedPicks reloaded;
  CallBook reopened(*journal, reloaded, [](const std::string&, const index::CallEvent&) {});
  REQUIRE(reopened.load());
  const auto number = telephony::PhoneNumber::from_e164(kShared).value();
  CHECK(reloaded.of("default", number) == picks.of("default", number));
  CHECK(reloaded.of("default", number).size() == 2);

  erase("3");
  CHECK(ring(inbound("c3", kShared))["default"] == "crm:contact:1");
  CHECK(actions.pick("default", "c3", crm("3"), "ann").error().kind == CallError::Kind::deleted_record);
  // Who has lost the number is not shown for it, whoever picked him.
  put({person("4", "Dora", {kAnna})});
  REQUIRE(actions.pick("default", "c3", crm("4"), "ann"));
  CHECK(report("c3")["attribute"][0]["record"] == "crm:contact:4");
  CHECK(ring(inbound("c4", kShared))["default"] == "crm:contact:1");
}

TEST_CASE("a pick counts where its scope says, and until it is too old") {
  auto settings = CallScene::settings();
  settings.pick_memory.age_max = 1h;
  const auto picked_for = [&](PickScope scope, const std::string& line, const std::string& agent) {
    settings.pick_memory.scope = scope;
    CallScene scene({{"default", settings}});
    scene.put({CallScene::person("1", "Anna", {kShared}), CallScene::person("2", "Bob", {kShared})});
    scene.ring(CallScene::inbound("c1", kShared, "(212) 555-0101", {"ann"}));
    REQUIRE(scene.actions.pick("default", "c1", crm("2"), "ann"));
    const bool counts = scene.ring(CallScene::inbound("c2", kShared, line, {agent}))["default"] == "crm:contact:2";
    scene.pass(2h);
    CHECK(scene.ring(CallScene::inbound("c3", kShared, line, {agent}))["default"] == "crm:contact:1");
    return counts;
  };
  CHECK(picked_for(PickScope::account, "+12125550102", "ben"));
  CHECK(picked_for(PickScope::called_line, "+1 212 555 0101", "ben"));
  CHECK_FALSE(picked_for(PickScope::called_line, "+12125550102", "ann"));
  CHECK(picked_for(PickScope::agent, "+12125550102", "ann"));
  CHECK_FALSE(picked_for(PickScope::agent, "+12125550101", "ben"));
}

TEST_CASE_FIXTURE(CallScene, "a pick of one of a person's records means the whole person, that record in front") {
  auto twin = person("9", "Bob", {kShared});
  twin.id.kind = index::RecordKind::lead;
  put({person("1", "Anna", {kShared}), person("2", "Bob", {kShared}), twin});
  ring(inbound("c1", kShared));
  REQUIRE(actions.pick("default", "c1", twin.id, "ann"));
  const json attribute = report("c1")["attribute"];
  REQUIRE(attribute.size() == 2);
  CHECK(attribute[0]["record"] == "crm:lead:9");
  CHECK(attribute[1]["record"] == "crm:contact:2");
  CHECK(attribute[1]["url"] == "https://crm.example/2");
}

TEST_CASE("an unknown caller becomes one local record, which gives way to the CRM's") {
  CallScene scene({{"default", CallScene::creating()}});
  const json first = scene.ring(CallScene::inbound("c1", "(212) 555-0199"));
  REQUIRE(first["match"] == "one");
  const std::string made = first["default"];
  const RecordId made_id = RecordId::parse(made).value();
  CHECK(made_id.kind == index::RecordKind::local);
  CHECK(first["candidates"][0]["name"] == kUnknown);
  CHECK(first["candidates"][0]["label"] == "Local");
  CHECK(scene.ring(CallScene::inbound("c2", kUnknown))["default"] == made);
  REQUIRE(scene.locals.replace("default", made_id, {.name = "The plumber", .phones = {kUnknown, "+12125550198"}},
                               scene.tick()));
  CHECK(scene.ring(CallScene::inbound("c3", "+12125550198"))["candidates"][0]["name"] == "The plumber");

  scene.put({CallScene::person("7", "Paul Umber", {kUnknown})});
  CHECK(scene.ring(CallScene::inbound("c4", kUnknown))["default"] == "crm:contact:7");
  for (const char* call : {"c1", "c2", "c3"}) {
    const json attribute = scene.report(call)["attribute"][0];
    CHECK(attribute["record"] == "crm:contact:7");
    CHECK(attribute["asked"] == made);
    CHECK(attribute["source"] == "crm");
  }
  // Whoever has that number next is somebody else than the caller of then.
  scene.erase("7");
  const json fifth = scene.ring(CallScene::inbound("c5", kUnknown));
  CHECK(fifth["candidates"][0]["kind"] == "local");
  CHECK(fifth["default"] != made);
  CHECK(scene.report("c1")["attribute"][0]["state"] == "deleted");
}

TEST_CASE("many first calls at once from one unknown number make one record") {
  CallScene scene({{"default", CallScene::creating()}});
  constexpr int kCalls = 200;
  std::vector<std::jthread> threads;
  for (int i = 0; i < kCalls; ++i) {
    threads.emplace_back([&scene, i] { REQUIRE(scene.calls.ring(CallScene::inbound(std::to_string(i), kUnknown))); });
  }
  threads.clear();
  // Those that could not wait are told later.
  std::set<std::string> known;
  std::set<std::string> records;
  for (std::size_t wanted = kCalls; known.size() < kCalls;) {
    const auto events = scene.told(wanted);
    for (const auto& event : events) {
      const json data = CallScene::data(event);
      if (data["default"] == nullptr) continue;
      records.insert(data["default"].get<std::string>());
      known.insert(data["call"]["id"]);
    }
    wanted = events.size() + 1;
  }
  CHECK(records.size() == 1);
  const auto found = scene.lookups.lookup({.account = "default", .number = kUnknown}, scene.now());
  CHECK(found->total == 1);
}

TEST_CASE_FIXTURE(CallScene, "click-to-call is about the record that was clicked, also on a shared number") {
  put({person("1", "Anna", {kShared}), person("2", "Bob", {kShared}), person("3", "Carl", {kAnna})});
  auto request = outbound("c1", kShared);
  request.about = AboutRequest{"crm", "2", std::nullopt};
  const json answer = ring(request);
  CHECK(answer["match"] == "many");
  CHECK(answer["default"] == "crm:contact:2");
  CHECK(answer["default_reason"]["rule"] == "about");
  CHECK(answer["candidates"].size() == 2);

  // Also when the record has another number, when its id was merged, or when the number says nothing.
  request = outbound("c2", kShared);
  request.about = AboutRequest{"crm", "3", index::RecordKind::contact};
  const json other = ring(request);
  CHECK(other["default"] == "crm:contact:3");
  CHECK(other["total"] == 3);
  erase("1", "3");
  request = outbound("c3", "201");
  request.about = AboutRequest{"crm", "1", std::nullopt};
  const json merged = ring(request);
  CHECK(merged["match"] == "one");
  CHECK(merged["default"] == "crm:contact:3");
  CHECK_FALSE(merged.contains("unmatchable"));
  CHECK(report("c3")["call"]["about"] == "crm:contact:3");

  // A namesake who does not have the number is nobody who does.
  put({person("5", "Bob", {kAnna})});
  request = outbound("c5", kShared);
  request.about = AboutRequest{"crm", "5", std::nullopt};
  const json namesake = ring(request);
  CHECK(namesake["default"] == "crm:contact:5");
  CHECK(namesake["candidates"][0]["records"].size() == 1);
  CHECK(report("c5")["attribute"].size() == 1);

  request = outbound("c4", kShared);
  request.about = AboutRequest{"nobody", "1", std::nullopt};
  CHECK(calls.ring(request).error().kind == CallError::Kind::unknown_source);
  CHECK(fetches().empty());
}

TEST_CASE("a clicked record that is not mirrored yet is fetched: in time, late, or never") {
  auto settings = CallScene::settings();
  CallScene scene({{"default", settings}});
  scene.put({CallScene::person("1", "Anna", {kShared})});
  const auto arrive = [&](const RecordId& id) {
    auto record = CallScene::person(id.external_id, "Zoe", {kShared});
    record.id = id;
    scene.put({record});
  };
  auto request = CallScene::outbound("c1", kShared);
  request.about = AboutRequest{"crm", "50", std::nullopt};

  SUBCASE("in time") {
    scene.fetch_answer = [&](const RecordId& id) {
      arrive(id);
      return true;
    };
    const json answer = scene.ring(request);
    CHECK(answer["default"] == "crm:contact:50");
    CHECK(answer["default_reason"]["rule"] == "about");
    CHECK(scene.fetches().size() == 1);
  }
  SUBCASE("late: nobody else is taken for the one who was clicked, who follows") {
    const json answer = scene.ring(request);
    CHECK(answer["default"] == nullptr);
    CHECK(answer["candidates"][0]["id"] == "crm:contact:1");
    CHECK(scene.report("c1")["attribute"][0]["record"] == "crm:contact:50");
    CHECK(scene.report("c1")["attribute"][0]["state"] == "not_mirrored");
    arrive(crm("50"));
    scene.fetches()[0].done(true);
    const auto events = scene.told(2);
    CHECK(events[1].type == "changed");
    CHECK(CallScene::data(events[1])["default"] == "crm:contact:50");
    CHECK(scene.report("c1")["changes"][0]["cause"] == "about");
    CHECK(scene.report("c1")["attribute"][0]["state"] == "current");
    // The ring's own answer stays what it was.
    CHECK(scene.ring(request)["default"] == nullptr);
  }
  SUBCASE("a lead, of which only the id was sent") {
    scene.fetch_answer = [&](const RecordId& id) -> std::optional<bool> {
      if (id.kind == index::RecordKind::contact) return false;
      arrive(id);
      return true;
    };
    // The second question may be answered within the deadline or after it.
    const bool in_time = scene.ring(request)["default"] == "crm:lead:50";
    CHECK(CallScene::data(scene.told(in_time ? 1 : 2).back())["default"] == "crm:lead:50");
    CHECK(scene.report("c1")["call"]["about"] == "crm:lead:50");
  }
  SUBCASE("not known at first, and brought by a webhook a moment later") {
    request.about->kind = index::RecordKind::contact;
    scene.fetch_answer = [&, asked = 0](const RecordId& id) mutable -> std::optional<bool> {
      if (++asked == 2) arrive(id);
      return asked == 2;
    };
    CHECK(scene.ring(request)["default"] == nullptr);
    CHECK(CallScene::data(scene.told(2)[1])["default"] == "crm:contact:50");
    CHECK(scene.report("c1")["changes"].size() == 1);
  }
  SUBCASE("asked for by a key that may not: only the mirror is looked at") {
    request.may_fetch = false;
    CHECK(scene.ring(request)["default"] == nullptr);
    CHECK(scene.fetches().empty());
  }
  SUBCASE("asked for by two calls at once: one question") {
    CHECK(scene.ring(request)["default"] == nullptr);
    auto second = request;
    second.call_id = "c2";
    CHECK(scene.ring(second)["default"] == nullptr);
    CHECK(scene.fetches().size() == 1);
    arrive(crm("50"));
    scene.fetches()[0].done(true);
    CHECK(scene.told(4)[3].type == "changed");
  }
  SUBCASE("never") {
    scene.fetch_answer = [](const RecordId&) { return false; };
    request.about->kind = index::RecordKind::contact;
    CHECK(scene.ring(request)["default"] == nullptr);
    // The last of the retries has been asked, and nothing was told.
    while (scene.fetches().size() < 3) std::this_thread::yield();
    CHECK(scene.told(1).size() == 1);
  }
}

TEST_CASE("what a CRM knows of an unknown number too late comes as a change") {
  auto settings = CallScene::settings();
  settings.live_deadline = 0ms;
  CallScene scene({{"default", settings}});
  scene.sources_asked = 1;
  CHECK(scene.ring(CallScene::inbound("c1", kUnknown))["match"] == "none");
  REQUIRE(scene.searches().size() == 1);
  scene.put({CallScene::person("7", "Paul", {kUnknown})});
  scene.searches()[0].done(true);
  const auto events = scene.told(2);
  CHECK(types(events) == std::vector<std::string>{"ringing", "changed"});
  CHECK(CallScene::data(events[1])["default"] == "crm:contact:7");
  const json report = scene.report("c1");
  CHECK(report["answer"]["match"] == "none");
  CHECK(report["changes"][0]["cause"] == "live");
  CHECK(report["attribute"][0]["record"] == "crm:contact:7");

  // In time, it is the answer.
  settings.live_deadline = 20s;
  CallScene quick({{"default", settings}});
  quick.sources_asked = 1;
  std::jthread crm_side([&] {
    while (quick.searches().empty()) std::this_thread::yield();
    quick.put({CallScene::person("7", "Paul", {kUnknown})});
    quick.searches()[0].done(true);
  });
  CHECK(quick.ring(CallScene::inbound("c1", kUnknown))["default"] == "crm:contact:7");
}

TEST_CASE("what a CRM does not know late makes a record only then") {
  auto settings = CallScene::creating();
  settings.live_deadline = 0ms;
  CallScene scene({{"default", settings}});
  scene.sources_asked = 1;
  CHECK(scene.ring(CallScene::inbound("c1", kUnknown))["match"] == "none");
  CHECK(scene.index.read().source_state("default", "local")->records == 0);
  scene.searches()[0].done(false);
  CHECK(CallScene::data(scene.told(2)[1])["candidates"][0]["kind"] == "local");
  CHECK(scene.report("c1")["changes"][0]["cause"] == "created");
}

TEST_CASE_FIXTURE(CallScene, "an id that comes again long after its call is another call's") {
  put({person("1", "Anna", {kAnna})});
  const json first = ring(inbound("c1", kAnna, "", {"ann"}));
  REQUIRE(actions.ended("default", "c1"));
  pass(5min);
  CHECK(ring(inbound("c1", kAnna, "", {"ben"}))["default"] == first["default"]);
  CHECK(told(2).size() == 2);
  pass(10min);
  CHECK(calls.ring(inbound("c1", kAnna)).error().kind == CallError::Kind::id_taken);
  ring(inbound("c2", kAnna));
  pass(std::chrono::hours(25));
  CHECK(calls.ring(inbound("c2", kAnna)).error().kind == CallError::Kind::id_taken);
}

TEST_CASE("among several agents nobody's own pick is the others'") {
  auto settings = CallScene::settings();
  settings.pick_memory.scope = PickScope::agent;
  CallScene scene({{"default", settings}});
  scene.put({CallScene::person("1", "Anna", {kShared}), CallScene::person("2", "Bob", {kShared})});
  scene.ring(CallScene::inbound("c1", kShared, "", {"ann"}));
  REQUIRE(scene.actions.pick("default", "c1", crm("2"), "ann"));
  CHECK(scene.ring(CallScene::inbound("c2", kShared, "", {"ann"}))["default"] == "crm:contact:2");
  CHECK(scene.ring(CallScene::inbound("c3", kShared, "", {"ann", "ben"}))["default"] == "crm:contact:1");
}

TEST_CASE("nothing crosses accounts") {
  CallScene scene({{"default", CallScene::settings()}, {"other", CallScene::settings()}});
  scene.put({CallScene::person("1", "Anna", {kShared}), CallScene::person("2", "Bob", {kShared})});
  scene.put({CallScene::person("1", "Anna", {kShared}), CallScene::person("2", "Bob", {kShared})}, "other");
  scene.ring(CallScene::inbound("c1", kShared));
  REQUIRE(scene.actions.pick("default", "c1", crm("2"), "ann"));
  auto request = CallScene::inbound("c1", kShared);
  request.account = "other";
  CHECK(scene.ring(request)["default"] == "crm:contact:1");
  CHECK(scene.journal->list("other", {})->size() == 1);
  CHECK(scene.journal->events_since("other", "", 0, 10)->events.size() == 1);
  CHECK(scene.journal->events_since("default", "", 0, 10)->events.size() == 2);
}

}  // namespace
}  // namespace ringdex::server
