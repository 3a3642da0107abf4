#include <doctest/doctest.h>

#include <csignal>
#include <future>

#include "telephony/text/percent_encoding.h"
#include "tests/end_to_end/scene.h"

namespace ringdex::tests {
namespace {

using test_support::FakeUser;
using namespace std::chrono_literals;

std::string record_id(std::uint64_t id) {
  return "zendesk-eu:contact:" + std::to_string(id);
}

bool found_within(const RingdexProcess& ringdex, const std::string& number, const std::string& match,
                  std::chrono::milliseconds timeout) {
  return ringdex.wait_for(
      "/v1/lookup?number=" + text::percent_encoded(number), [&](const auto& body) { return body["match"] == match; },
      timeout);
}

// Asks for deltas until the answer is good: the export shows a change once its second is over.
template <typename Predicate>
bool syncing_brings(const RingdexProcess& ringdex, const std::string& number, Predicate good) {
  return ringdex.wait_for("/v1/lookup?number=" + number, [&](const auto& body) {
    if (good(body)) return true;
    CHECK(ringdex.post("/v1/sources/zendesk-eu/sync", R"({"kind": "delta"})").status == 202);
    return false;
  });
}

TEST_CASE("a Zendesk is mirrored and a ring is answered: none, one, many") {
  ZendeskScene scene;
  auto& zendesk = scene.zendesk();
  const auto organization = zendesk.add_organization("Acme SRL");
  FakeUser anna = person("Anna Rossi", "(212) 555-0123");
  anna.organization_id = organization;
  const auto anna_id = zendesk.add_user(anna);
  const auto bob_id = zendesk.add_user(person("Bob Stone", "+1 646-555-0162"));
  zendesk.add_user(person("Carl Stone", "16465550162"));
  FakeUser agent = person("Agent Smith", "+1 917 555 0148");
  agent.role = "agent";
  zendesk.add_user(agent);
  const auto ringdex = scene.start();
  REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
  REQUIRE(ringdex->wait_until_idle("zendesk-eu"));

  CHECK(syncing_brings(*ringdex, "2125550123",
                       [](const auto& body) { return body["candidates"][0]["organization"] == "Acme SRL"; }));
  const auto one = ringdex->lookup("+12125550123");
  CHECK(one["match"] == "one");
  CHECK(one["default"] == record_id(anna_id));
  CHECK(one["candidates"][0]["name"] == "Anna Rossi");
  CHECK(one["candidates"][0]["organization"] == "Acme SRL");
  CHECK(one["candidates"][0]["label"] == "Zendesk EU");
  CHECK(one["candidates"][0]["url"] == zendesk.base_url() + "/agent/users/" + std::to_string(anna_id));
  CHECK(one["freshness"]["zendesk-eu"].is_number());

  const auto many = ringdex->lookup("646 555 0162");
  CHECK(many["match"] == "many");
  CHECK(many["total"] == 2);
  CHECK(many["default"] == record_id(bob_id));
  CHECK(many["default_reason"]["rule"] == "id");

  CHECK(ringdex->lookup("+12125550199")["match"] == "none");
  CHECK(ringdex->lookup("+19175550148")["match"] == "none");  // an agent is no caller

  zendesk.webhooks()->wait_until_sent();  // to nobody: the server did not run yet
  const auto sent_before = zendesk.webhooks()->statuses().size();
  const auto check_all_accepted = [&] {
    zendesk.webhooks()->wait_until_sent();
    const auto statuses = zendesk.webhooks()->statuses();
    CHECK(statuses.size() > sent_before);
    for (std::size_t i = sent_before; i < statuses.size(); ++i) CHECK(statuses[i] == 200);
  };

  SUBCASE("an organization's new name reaches its people") {
    zendesk.rename_organization(organization, "Acme Spa");
    CHECK(ringdex->wait_for("/v1/lookup?number=2125550123",
                            [](const auto& body) { return body["candidates"][0]["organization"] == "Acme Spa"; }));
  }
  SUBCASE("a deletion by webhook is visible within a second of the answer to it") {
    zendesk.delete_user(anna_id);
    zendesk.webhooks()->wait_until_sent();
    CHECK(ringdex->lookup("+12125550123")["match"] == "none");
    CHECK(ringdex->get("/v1/records/" + record_id(anna_id)).status == 410);
  }
  SUBCASE("a merge by webhook: the loser leads to the winner, who gains the number") {
    zendesk.merge(bob_id, anna_id);
    CHECK(ringdex->wait_for(
        "/v1/records/" + record_id(bob_id),
        [&](const auto& body) { return body["id"] == record_id(anna_id) && body["asked"] == record_id(bob_id); }, 5s));
    const auto now = ringdex->lookup("+16465550162");
    std::set<std::string> names;
    for (const auto& candidate : now["candidates"]) names.insert(candidate["name"]);
    CHECK(names == std::set<std::string>{"Anna Rossi", "Carl Stone"});
  }
  SUBCASE("a new identity and a new user arrive by webhook") {
    zendesk.add_identity(bob_id, "phone_number", "+44 20 7946 0100");
    CHECK(found_within(*ringdex, "+442079460100", "one", 5s));
    zendesk.add_user(person("Dora", "+39 06 555 0100"));
    CHECK(found_within(*ringdex, "+39065550100", "one", 5s));
  }
  SUBCASE("a changed phone without an event is fetched by a forced resync, and by the next delta") {
    zendesk.change_user(anna_id, [](FakeUser& user) { user.phone = "+1 212 555 0177"; });
    const auto answer = ringdex->post("/v1/records/" + record_id(anna_id) + "/resync", "");
    REQUIRE(answer.status == 200);
    CHECK(answer.body["outcome"] == "updated");
    CHECK(ringdex->lookup("+12125550177")["match"] == "one");
    CHECK(ringdex->lookup("+12125550123")["match"] == "none");
    CHECK(ringdex->post("/v1/records/" + record_id(anna_id) + "/resync", "").body["outcome"] == "unchanged");
    CHECK(ringdex->post("/v1/records/" + record_id(4711) + "/resync", "").body["outcome"] == "not_found");
    CHECK(ringdex->post("/v1/records/nobody:contact:1/resync", "").status == 404);
    zendesk.change_user(bob_id, [](FakeUser& user) { user.phone = "+1 212 555 0188"; });
    CHECK(syncing_brings(*ringdex, "2125550188", [](const auto& body) { return body["match"] == "one"; }));
  }
  SUBCASE("webhooks repeated and in the wrong order do no harm") {
    zendesk.webhooks()->repeat_each(3);
    zendesk.webhooks()->hold();
    zendesk.change_user(bob_id, [](FakeUser& user) { user.name = "Robert Stone"; });
    zendesk.merge(bob_id, anna_id);
    zendesk.delete_user(anna_id);
    zendesk.webhooks()->release(true);
    check_all_accepted();
    CHECK(found_within(*ringdex, "+12125550123", "none", 5s));
    CHECK(found_within(*ringdex, "+16465550162", "one", 5s));
  }
  SUBCASE("events for unknown users and of unknown types are harmless") {
    zendesk.send_event("user.deleted", 999, "{}");
    zendesk.send_event("user.merged", 998, R"({"user":{"id":"997"}})");
    zendesk.send_event("user.blinked", anna_id, "{}");
    check_all_accepted();
    CHECK(ringdex->lookup("+12125550123")["match"] == "one");
  }
  SUBCASE("a forged or stale webhook is refused and changes nothing") {
    const std::string body = R"({"type":"zen:event-type:user.deleted","id":"e1","subject":"zen:user:)" +
                             std::to_string(anna_id) + R"(","detail":{"id":")" + std::to_string(anna_id) +
                             R"("},"event":{}})";
    const std::string path = "/webhooks/default/zendesk-eu";
    CHECK(ringdex->post(path, body).status == 401);
    const std::string old_time = "2021-03-25T05:09:27Z";
    const auto sign = [&](const std::string& secret, const std::string& time) {
      return std::map<std::string, std::string>{
          {"x-zendesk-webhook-signature", test_support::fake_signature(secret, time + body)},
          {"x-zendesk-webhook-signature-timestamp", time}};
    };
    CHECK(ringdex->post(path, body, sign("a-webhook-secret", old_time)).status == 401);
    CHECK(ringdex->post(path, body, sign("another-secret", old_time)).status == 401);
    CHECK(ringdex->post("/webhooks/default/nobody", body, sign("a-webhook-secret", old_time)).status == 401);
    CHECK(ringdex->lookup("+12125550123")["match"] == "one");
  }
}

TEST_CASE("the CRM cut off: lookups go on, the state says why, and it recovers") {
  ZendeskScene scene;
  scene.zendesk().add_user(person("Anna Rossi", "(212) 555-0123"));
  auto ringdex = scene.start();
  REQUIRE(ringdex->wait_until_idle("zendesk-eu"));
  scene.zendesk().add_fault({.path_part = "", .times = 1, .status = 503, .body = "down"});
  scene.zendesk().add_user(person("Bob", "+16465550162"));  // its event's fetch may meet the fault
  CHECK(ringdex->lookup("+12125550123")["match"] == "one");
  ringdex->post("/v1/sources/zendesk-eu/sync", "");
  CHECK(found_within(*ringdex, "+16465550162", "one", 20s));
}

TEST_CASE("a refused credential is said, and keeps what is mirrored") {
  ZendeskScene scene;
  scene.zendesk().add_user(person("Anna Rossi", "(212) 555-0123"));
  auto ringdex = scene.start();
  REQUIRE(ringdex->wait_until_idle("zendesk-eu"));
  scene.zendesk().configure([](auto& options) { options.token = "another"; });
  ringdex->post("/v1/sources/zendesk-eu/sync", "");
  CHECK(ringdex->wait_for(
      "/v1/sources",
      [](const auto& body) {
        return body["sources"][0]["state"] == "needs_credential" && body["sources"][0]["reason"] != "";
      },
      10s));
  CHECK(ringdex->lookup("+12125550123")["match"] == "one");
  CHECK(ringdex->log().find("a-token-for-tests") == std::string::npos);
}

TEST_CASE("a source that never answers holds up neither lookups nor the stop") {
  ZendeskScene scene;
  scene.zendesk().add_user(person("Anna Rossi", "(212) 555-0123"));
  auto ringdex = scene.start();
  REQUIRE(ringdex->wait_until_idle("zendesk-eu"));
  scene.zendesk().add_fault({.path_part = "", .times = 100, .kind = test_support::FakeFault::Kind::stall});
  ringdex->post("/v1/sources/zendesk-eu/sync", "");
  auto forced = std::async(std::launch::async,
                           [&] { return ringdex->post("/v1/records/zendesk-eu:contact:100000001/resync", ""); });
  CHECK(ringdex->lookup("+12125550123")["match"] == "one");
  const auto [code, took] = ringdex->terminate();
  const auto answer = forced.get();
  CHECK((answer.status == 0 || answer.body["outcome"] == "unreachable"));
  CHECK(code == 0);
  CHECK(took < 5s);
  scene.zendesk().release_stalls();
}

}  // namespace
}  // namespace ringdex::tests
