#include "server/calls/call_retention.h"

#include <doctest/doctest.h>

#include "tests/server/call_scene.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;

const std::string kShared = "+12125550150";

TEST_CASE("calls, events and picks are kept as long as their account keeps them") {
  auto brief = CallScene::settings();
  brief.calls_kept = 48h;
  brief.pick_memory.age_max = 1h;
  CallScene scene({{"default", CallScene::settings()}, {"brief", brief}});
  const auto ring = [&](const std::string& account, const std::string& id) {
    auto request = CallScene::inbound(id, kShared, "", {"ann"});
    request.account = account;
    scene.ring(request);
    REQUIRE(scene.actions.pick(account, id, {"crm", index::RecordKind::contact, "2"}, "ann"));
  };
  const auto forget = [&] { REQUIRE(forget_old_calls(*scene.journal, scene.picks, scene.lookups, scene.now())); };
  const auto calls = [&](const std::string& account) { return scene.journal->list(account, {})->size(); };
  const auto number = telephony::PhoneNumber::from_e164(kShared).value();
  for (const char* account : {"default", "brief"}) {
    scene.put({CallScene::person("1", "Anna", {kShared}), CallScene::person("2", "Bob", {kShared})}, account);
    ring(account, "old");
  }
  forget();
  CHECK(calls("brief") == 1);
  CHECK(scene.picks.of("brief", number).size() == 1);

  scene.pass(2h);
  forget();
  CHECK(scene.picks.of("brief", number).empty());
  CHECK(scene.picks.of("default", number).size() == 1);
  CHECK(scene.journal->events_since("brief", "", 0, 10)->events.size() == 2);
  CHECK(calls("brief") == 1);

  scene.pass(23h);
  ring("brief", "new");
  forget();
  // The events of the old call are gone, those of the new one are there.
  CHECK(scene.journal->events_since("brief", "", 0, 10)->forgotten);
  CHECK(scene.journal->events_since("brief", "", 2, 10)->events.size() == 2);
  CHECK(calls("brief") == 2);

  scene.pass(24h);
  forget();
  CHECK(calls("brief") == 1);
  CHECK_FALSE(scene.journal->get("brief", "old")->has_value());
  CHECK(scene.journal->get("brief", "new")->has_value());
  CHECK(scene.journal->list("brief", {.agent = "ann"})->size() == 1);
  CHECK(calls("default") == 1);
  scene.pass(std::chrono::days(90));
  forget();
  CHECK(calls("default") == 0);
  // What is forgotten may ring anew.
  auto again = CallScene::inbound("old", "+12125550123");
  CHECK(scene.ring(again)["match"] == "none");

  // A clock that was set back forgets nothing.
  scene.pass(-std::chrono::days(1'000));
  forget();
  CHECK(calls("default") == 1);
}

TEST_CASE("much is forgotten in short steps, and in one go") {
  CallScene scene({{"default", CallScene::settings()}});
  for (int i = 0; i < 300; ++i) scene.ring(CallScene::inbound(std::to_string(i), kShared));
  CHECK(scene.journal->forget_calls("default", scene.tick()).value() == 300);
  CHECK(scene.journal->list("default", {})->empty());
  CHECK(scene.journal->forget_calls("default", scene.tick()).value() == 0);
}

}  // namespace
}  // namespace ringdex::server
