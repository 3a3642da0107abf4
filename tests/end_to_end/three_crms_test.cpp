#include <doctest/doctest.h>

#include <fstream>
#include <future>

#include "telephony/text/percent_encoding.h"
#include "tests/end_to_end/scene.h"
#include "tests/support/fakes/fake_pipedrive.h"
#include "tests/support/fakes/fake_salesforce.h"

namespace ringdex::tests {
namespace {

using test_support::FakePipedrive;
using test_support::FakePipedriveOptions;
using test_support::FakePipedrivePerson;
using test_support::FakeSalesforce;
using test_support::FakeSalesforceOptions;
using test_support::FakeUser;
using test_support::FakeZendesk;
using test_support::FakeZendeskOptions;
using namespace std::chrono_literals;

const std::string kNumber = "+12125550123";

// One company with three CRMs, which all know Anna Rossi by her number; in Pipedrive there is a lead of hers as well.
struct Scene {
  const int port = free_port();
  TempDir dir;
  std::unique_ptr<FakeZendesk> zendesk;
  std::unique_ptr<FakeSalesforce> salesforce;
  std::unique_ptr<FakePipedrive> pipedrive;
  std::uint64_t user = 0;
  std::string contact;
  std::uint64_t person = 0;
  std::string lead;

  std::string webhook_url(const std::string& source) const {
    return fmt::format("http://127.0.0.1:{}/webhooks/default/{}", port, source);
  }
  explicit Scene(bool webhooks = true) {
    FakeZendeskOptions zendesk_options;
    zendesk_options.leave_out_last_minute = false;
    if (webhooks) zendesk_options.webhook_url = webhook_url("support");
    zendesk = std::make_unique<FakeZendesk>(zendesk_options);
    FakeSalesforceOptions salesforce_options;
    if (webhooks) salesforce_options.webhook_url = webhook_url("sales");
    salesforce = std::make_unique<FakeSalesforce>(salesforce_options);
    FakePipedriveOptions pipedrive_options;
    if (webhooks) pipedrive_options.webhook_url = webhook_url("deals");
    pipedrive = std::make_unique<FakePipedrive>(pipedrive_options);

    FakeUser anna;
    anna.name = "Anna Rossi";
    anna.phone = "(212) 555-0123";
    anna.created_at = anna.updated_at =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now() - std::chrono::hours(1));
    user = zendesk->add_user(anna);
    contact = salesforce->add(
        "Contact",
        {{"FirstName", "Anna"}, {"LastName", "Rossi"}, {"MobilePhone", "+1 212.555.0123"}, {"DoNotCall", "true"}});
    FakePipedrivePerson in_pipedrive;
    in_pipedrive.name = "Anna Rossi";
    in_pipedrive.phones = {{"212-555-0123", "work", true}};
    person = pipedrive->add_person(in_pipedrive);
    lead = pipedrive->add_lead({.id = "", .title = "Forty desks", .person_id = person});
  }

  std::string config(const std::string& account = "", const std::string& source = "") const {
    const FakeZendeskOptions z;
    const FakeSalesforceOptions s;
    const FakePipedriveOptions p;
    return fmt::format(R"({{
      "data_dir": "{0}/data",
      "http": {{"listen": "127.0.0.1:{1}"}},
      "accounts": {{"default": {{"time_zone": "America/New_York" {2}}}, "tenant": {{}}}},
      "sources": [
        {{"id": "support", "type": "zendesk", "label": "Support", "base_url": "{3}",
          "auth": {{"email": "{4}", "token": "{5}"}}, "webhook_secret": "{6}",
          "export_requests_per_minute": 100000}},
        {{"id": "sales", "type": "salesforce", "label": "Sales", "login_url": "{7}",
          "auth": {{"flow": "refresh_token", "client_id": "{8}", "client_secret": "{9}", "refresh_token": "{10}"}},
          "webhook_secret": "{11}", "requests_per_minute": 100000 {12}}},
        {{"id": "deals", "type": "pipedrive", "label": "Deals", "base_url": "{13}", "auth": {{"api_token": "{14}"}},
          "webhook_user": "{15}", "webhook_password": "{16}", "requests_per_minute": 100000}},
        {{"id": "theirs", "type": "csv", "account": "tenant", "path": "theirs.csv"}}
      ]
    }})",
                       dir.path().string(), port, account, zendesk->base_url(), z.email, z.token, z.webhook_secret,
                       salesforce->base_url(), s.client_id, s.client_secret, s.refresh_token, s.webhook_secret, source,
                       pipedrive->base_url(), p.api_token, p.webhook_user, p.webhook_password);
  }
  std::unique_ptr<RingdexProcess> start(const std::string& account = "", const std::string& source = "") const {
    std::ofstream(dir.path() / "theirs.csv") << "id,name,phone\n1,Someone Else," << kNumber << "\n";
    auto ringdex = std::make_unique<RingdexProcess>(RINGDEX_BINARY, dir.path().string(), config(account, source));
    REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
    for (const char* id : {"support", "sales", "deals"}) REQUIRE(ringdex->wait_until_idle(id));
    return ringdex;
  }
  void wait_for_webhooks() const {
    zendesk->webhooks()->wait_until_sent();
    salesforce->webhooks()->wait_until_sent();
    pipedrive->webhooks()->wait_until_sent();
  }
};

std::set<std::string> record_ids(const nlohmann::json& answer) {
  std::set<std::string> ids;
  for (const auto& candidate : answer["candidates"]) {
    for (const auto& record : candidate["records"]) ids.insert(record["id"].get<std::string>());
  }
  return ids;
}

TEST_CASE("one caller in three CRMs is one candidate with each CRM's record, and another account's is not among them") {
  const Scene scene;
  const auto ringdex = scene.start();
  const auto answer = ringdex->lookup(kNumber);
  CHECK(answer["match"] == "one");
  CHECK(answer["total"] == 1);
  CHECK(record_ids(answer) ==
        std::set<std::string>{"support:contact:" + std::to_string(scene.user), "sales:contact:" + scene.contact,
                              "deals:contact:" + std::to_string(scene.person), "deals:lead:" + scene.lead});
  std::set<std::string> labels;
  for (const auto& record : answer["candidates"][0]["records"]) labels.insert(record["label"].get<std::string>());
  CHECK(labels == std::set<std::string>{"Support", "Sales", "Deals"});
  CHECK(answer["freshness"].size() == 3);
  const auto lead = ringdex->get("/v1/records/deals:lead:" + scene.lead);
  CHECK(lead.body["name"] == "Anna Rossi");
  CHECK(lead.body["custom"]["title"] == "Forty desks");
  const auto contact = ringdex->get("/v1/records/sales:contact:" + scene.contact);
  CHECK(contact.body["consent"]["call"] == "unsubscribed");
}

TEST_CASE("who is deleted in each CRM is gone with the webhook, and leads with their person") {
  const Scene scene;
  const auto ringdex = scene.start();
  scene.wait_for_webhooks();
  scene.zendesk->delete_user(scene.user);
  scene.salesforce->remove(scene.contact);
  scene.pipedrive->delete_person(scene.person);
  scene.wait_for_webhooks();
  // Who was made in the second of the deletion is fetched again first.
  CHECK(ringdex->wait_for(
      "/v1/lookup?number=" + text::percent_encoded(kNumber), [](const auto& body) { return body["match"] == "none"; },
      5s));
  // The lead went with its person.
  CHECK(ringdex->get("/v1/records/deals:lead:" + scene.lead).status == 410);
  CHECK(ringdex->get("/v1/records/sales:contact:" + scene.contact).status == 410);
}

TEST_CASE("sources are switched, previewed, swept and purged, over HTTP and by command") {
  const Scene scene;
  const auto ringdex = scene.start();
  const std::string server = "--server=" + ringdex->url();
  const auto command = [&](std::vector<std::string> words) {
    words.insert(words.begin(), RINGDEX_BINARY);
    words.push_back(server);
    return run_command(words);
  };
  const auto state_of = [&](const std::string& source) {
    const auto answer = ringdex->get("/v1/sources");
    for (const auto& one : answer.body["sources"]) {
      if (one["id"] == source) return one;
    }
    return nlohmann::json();
  };

  const auto swept = command({"sync", "deals", "--kind", "sweep", "--follow"});
  CHECK(swept.exit_code == 0);
  CHECK(swept.out.find("sweep finished") != std::string::npos);
  CHECK(state_of("deals")["swept_at"].is_string());
  CHECK(state_of("deals")["next_sweep"].is_string());
  const auto runs = ringdex->get("/v1/runs?source=deals").body["runs"];
  REQUIRE(runs.size() >= 2);
  CHECK(runs[0]["kind"] == "sweep");
  const auto run = ringdex->get("/v1/runs/" + runs[0]["id"].dump());
  CHECK(run.body == runs[0]);
  CHECK(ringdex->get("/v1/runs/99999").status == 404);
  CHECK(command({"run", runs[0]["id"].dump()}).out.find("sweep finished") != std::string::npos);
  CHECK(command({"rejects", runs[0]["id"].dump()}).exit_code == 0);

  const auto today = ringdex->get("/v1/sources/deals/today");
  CHECK(today.body["added"] == 2);
  CHECK(today.body["by_cause"]["sync"]["added"] == 2);
  CHECK(today.body["since"].get<std::string>().ends_with("00:00Z"));
  CHECK(command({"today", "deals"}).out.find("2 added") != std::string::npos);

  const auto preview = ringdex->post("/v1/sources/sales/preview", R"({"records": 5})");
  CHECK(preview.status == 200);
  CHECK(preview.body["error"].is_null());
  REQUIRE(preview.body["records"].size() == 1);
  CHECK(preview.body["records"][0]["phones"][0]["e164"] == kNumber);
  CHECK(command({"preview", "deals"}).out.find("Anna Rossi") != std::string::npos);
  CHECK(ringdex->post("/v1/sources/sales/preview", R"({"records": 0})").status == 400);

  CHECK(command({"pause", "deals"}).exit_code == 0);
  CHECK(ringdex->wait_for("/v1/sources", [&](const auto&) { return state_of("deals")["state"] == "paused"; }));
  CHECK(ringdex->post("/v1/sources/deals/sync", R"({"kind": "full"})").status == 409);
  CHECK(ringdex->post("/v1/sources/deals/enable", "").status == 409);
  // A paused source still hears of deletions.
  scene.pipedrive->delete_person(scene.person);
  scene.wait_for_webhooks();
  CHECK(ringdex->get("/v1/records/deals:lead:" + scene.lead).status == 410);
  CHECK(command({"resume", "deals"}).exit_code == 0);
  CHECK(ringdex->wait_until_idle("deals"));

  CHECK(ringdex->post("/v1/sources/sales/purge", R"({"confirm": "sales"})").status == 409);
  CHECK(command({"disable", "sales"}).exit_code == 0);
  CHECK(ringdex->wait_for("/v1/sources", [&](const auto&) { return state_of("sales")["state"] == "disabled"; }));
  CHECK(record_ids(ringdex->lookup(kNumber)).contains("sales:contact:" + scene.contact));
  CHECK(ringdex->post("/v1/records/sales:contact:" + scene.contact + "/resync", "").body["outcome"] == "unreachable");
  CHECK(ringdex->post("/v1/sources/sales/purge", "{}").status == 400);
  CHECK(command({"purge", "sales", "--confirm", "sales"}).out == "1 records forgotten\n");
  CHECK_FALSE(record_ids(ringdex->lookup(kNumber)).contains("sales:contact:" + scene.contact));
  CHECK(ringdex->get("/v1/records/sales:contact:" + scene.contact).status == 404);
  CHECK(command({"enable", "sales"}).exit_code == 0);
  CHECK(ringdex->wait_for("/v1/lookup?number=" + text::percent_encoded(kNumber), [&](const auto& body) {
    return record_ids(body).contains("sales:contact:" + scene.contact);
  }));
  CHECK(ringdex->get("/v1/sources/nowhere/today").status == 404);
}

TEST_CASE("what an admin switched stays so over a restart") {
  const Scene scene;
  {
    const auto ringdex = scene.start();
    CHECK(ringdex->post("/v1/sources/support/disable", "").status == 200);
    CHECK(ringdex->terminate().first == 0);
  }
  const RingdexProcess ringdex(RINGDEX_BINARY, scene.dir.path().string(), scene.config());
  REQUIRE(ringdex.serving());
  CHECK(ringdex.wait_for("/v1/sources", [](const auto& body) { return body["sources"][0]["state"] == "disabled"; }));
  CHECK(record_ids(ringdex.lookup(kNumber)).contains("support:contact:" + std::to_string(scene.user)));
}

TEST_CASE("a number that the mirror does not know is asked for while it rings, if the account wants that") {
  const Scene scene(false);
  const auto add = [&](const std::string& phone) {
    FakeUser bob;
    bob.name = "Bob Stone";
    bob.phone = phone;
    scene.zendesk->add_user(bob);
    scene.salesforce->add("Lead", {{"FirstName", "Bob"}, {"LastName", "Stone"}, {"Phone", phone}});
    FakePipedrivePerson in_pipedrive;
    in_pipedrive.name = "Bob Stone";
    in_pipedrive.phones = {{phone, "work", true}};
    scene.pipedrive->add_person(in_pipedrive);
  };
  SUBCASE("it wants") {
    const auto ringdex = scene.start(R"(, "on_miss": "live", "on_miss_deadline": "5s")");
    add("646 555 0162");
    const auto answer = ringdex->lookup("+16465550162");
    CHECK(answer["match"] == "one");
    CHECK(answer["candidates"][0]["name"] == "Bob Stone");
    // The others' answers came a moment later, and are in the index as well.
    CHECK(ringdex->wait_for("/v1/lookup?number=%2B16465550162",
                            [](const auto& body) { return record_ids(body).size() == 3; }));
    CHECK(ringdex->lookup("+12125550199")["match"] == "none");
    const auto asked = scene.zendesk->counts()["account"];
    CHECK(ringdex->lookup("+12125550199")["match"] == "none");
    CHECK(scene.zendesk->counts()["account"] == asked);  // remembered
    CHECK(ringdex->get("/metrics").text.find("ringdex_live_lookups_total{outcome=\"found\"} 1") != std::string::npos);
  }
  SUBCASE("it does not") {
    const auto ringdex = scene.start();
    add("646 555 0162");
    CHECK(ringdex->lookup("+16465550162")["match"] == "none");
  }
}

TEST_CASE("a CRM that never answers holds up no ring for longer than the deadline") {
  const Scene scene(false);
  const auto ringdex = scene.start(R"(, "on_miss": "live", "on_miss_deadline": "200ms")");
  for (auto* server : {&scene.zendesk->server(), &scene.salesforce->server(), &scene.pipedrive->server()}) {
    server->add_fault({.times = 1000, .kind = test_support::FakeFault::Kind::stall});
  }
  std::vector<std::future<std::string>> rings;
  for (int i = 0; i < 40; ++i) {
    rings.push_back(std::async(std::launch::async, [&ringdex, i] {
      return ringdex->lookup("+1212555" + std::to_string(1000 + i))["match"].get<std::string>();
    }));
  }
  for (auto& ring : rings) {
    REQUIRE(ring.wait_for(10s) == std::future_status::ready);
    CHECK(ring.get() == "none");
  }
  CHECK(ringdex->lookup(kNumber)["match"] == "one");
  for (auto* server : {&scene.zendesk->server(), &scene.salesforce->server(), &scene.pipedrive->server()}) {
    server->clear_faults();
    server->release_stalls();
  }
}

TEST_CASE("custom fields, groups, consent and what is dropped are settings of the source") {
  const Scene scene;
  scene.salesforce->add_field("Contact", {.name = "Direct__c", .type = "phone"});
  scene.salesforce->add_field("Contact", {.name = "Segment__c", .type = "picklist"});
  scene.salesforce->add_field("Contact", {.name = "Sms__c", .type = "picklist"});
  scene.salesforce->change(
      scene.contact,
      {{"Direct__c", "+1 212 555 0177"}, {"Segment__c", "VIP"}, {"Sms__c", "Opted_In"}, {"Title", "Buyer"}});
  const auto ringdex = scene.start("", R"(, "fields": {"custom": {"tier": "Segment__c"}, "groups": ["Segment__c"],
      "consent": {"sms": {"field": "Sms__c", "subscribed": ["opted_in"]}}, "drop": ["title"]})");
  const auto contact = ringdex->get("/v1/records/sales:contact:" + scene.contact).body;
  CHECK(contact["custom"]["tier"] == "VIP");
  CHECK(contact["groups"] == nlohmann::json::array({"VIP"}));
  CHECK(contact["consent"]["sms"] == "subscribed");
  CHECK(contact["title"] == "");
  CHECK(ringdex->lookup("+12125550177")["default"] == "sales:contact:" + scene.contact);
  CHECK(ringdex->lookup("+12125550177")["candidates"][0]["phone"]["label"] == "Direct__c");
}

}  // namespace
}  // namespace ringdex::tests
