#include "server/api/webhook_events.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "sync/webhooks/hint_codec.h"
#include "tests/index/open_index.h"
#include "tests/support/fakes/fake_connector.h"

namespace ringdex::server {
namespace {

using Json = nlohmann::ordered_json;
using index::at;
using tests::FakeConnector;

// The routes over a store and a sources whose threads do not run.
struct Scene {
  index::OpenIndex open;
  index::Ledger ledger{*open.store};
  index::Inbox inbox{*open.store};
  tests::FakeSource source{"crm"};
  sync::Sources sources{*open.index, inbox, ledger};
  tests::TempDir dir;
  ApiKeys keys{dir.file("keys.json")};
  HttpRouter router{webhook_event_routes(inbox, sources), keys};

  Scene() {
    add("default", "crm");
    add("default", "other");
    add("tenant", "crm");
  }
  void add(const std::string& account, const std::string& id) {
    sources.add({.syncer = {.account = account, .source = id, .interval = std::chrono::hours(1)},
                 .refresher = {.account = account, .source = id},
                 .webhooks = {.account = account, .source = id, .policy = {}},
                 .type = "fake",
                 .listing = std::make_unique<FakeConnector>(source),
                 .by_id = std::make_unique<FakeConnector>(source),
                 .interactive = std::make_unique<FakeConnector>(source)});
  }
  std::uint64_t accept(const sync::WaitingHint& waiting, const std::string& account = "default",
                       const std::string& id = "crm") {
    return inbox.accept(account, id, {sync::encode_hint(waiting)}).value().at(0);
  }
  HttpResponse get(const std::string& query = "", const std::string& account = "default") const {
    const HttpRoute route = webhook_event_routes(inbox, sources).at(0);
    HttpRequest request;
    request.method = "GET";
    request.target = "/v1/webhooks" + query;
    read_target(request);
    request.principal = {.account = account, .scopes = static_cast<unsigned>(Scope::admin), .key_id = ""};
    HttpResponse response;
    router.run(route, request, response);
    return response;
  }
  Json json(const std::string& query = "", const std::string& account = "default") const {
    const HttpResponse response = get(query, account);
    REQUIRE(response.status == 200);
    return Json::parse(response.body);
  }
  std::string numbers(const std::string& query, const std::string& account = "default") const {
    std::string text;
    const Json events = json(query, account).at("events");
    for (const Json& event : events) text += event.at("number").dump() + " ";
    return text;
  }
};

sync::WaitingHint merge() {
  sync::WaitingHint waiting;
  waiting.hint = {.kind = sync::Hint::Kind::merged, .type = "zen:event-type:user.merged", .ids = {"5", "7"}};
  waiting.received_at = at(1'700'000'000'000);
  return waiting;
}

TEST_CASE("what an event did, as JSON") {
  Scene scene;
  const auto number = scene.accept(merge());
  Json expected = {{"number", number},
                   {"source", "crm"},
                   {"type", "zen:event-type:user.merged"},
                   {"kind", "merged"},
                   {"records", {"crm:contact:5", "crm:contact:7"}},
                   {"into", nullptr},
                   {"received_at", "2023-11-14T22:13:20Z"},
                   {"settled_at", nullptr},
                   {"attempts", 0},
                   {"outcome", "waiting"},
                   {"did", {{"added", 0}, {"updated", 0}, {"deleted", 0}, {"merged", 0}, {"renamed", 0}}},
                   {"detail", ""}};
  CHECK(scene.json().at("events") == Json::array({expected}));
  CHECK(scene.json().at("next").is_null());

  scene.open.upsert({index::person("5", "Anna", 1), index::person("7", "Anna", 1)});
  sync::WaitingHint known = merge();
  known.hint.into = "7";
  known.attempts = 2;
  index::ChangeBatch batch = index::OpenIndex::batch();
  batch.deletions = {{index::contact("5"), 9, index::contact("7")}};
  batch.inbox_done = {{.number = number, .detail = "why \xff", .payload = sync::encode_hint(known)}};
  scene.open.apply(batch, {}, at(1'700'000'001'500));
  expected["into"] = "crm:contact:7";
  expected["settled_at"] = "2023-11-14T22:13:21.500Z";
  expected["attempts"] = 2;
  expected["outcome"] = "applied";
  expected["did"]["merged"] = 1;
  expected["detail"] = "why \xef\xbf\xbd";
  CHECK(scene.json().at("events") == Json::array({expected}));
}

TEST_CASE("every outcome has its word, and what cannot be read has no kind") {
  Scene scene;
  index::ChangeBatch batch = index::OpenIndex::batch();
  for (const auto outcome : {index::EventOutcome::applied, index::EventOutcome::unchanged, index::EventOutcome::ignored,
                             index::EventOutcome::given_up}) {
    batch.inbox_done.push_back({.number = scene.accept(merge()), .outcome = outcome});
  }
  scene.open.apply(batch);
  REQUIRE(scene.inbox.accept("default", "crm", {"\xff"}));
  std::string words;
  const Json listed = scene.json().at("events");
  for (const Json& event : listed) words += event.at("outcome").get<std::string>() + " ";
  CHECK(words == "waiting given_up ignored unchanged applied ");
  CHECK(listed[0].at("kind").is_null());
  CHECK(listed[0].at("received_at").is_null());
}

TEST_CASE("pages and sources; another account's events are not shown") {
  Scene scene;
  for (int event = 0; event < 4; ++event) {
    scene.accept(merge(), "default", event % 2 ? "other" : "crm");
    scene.accept(merge(), "tenant", "crm");
  }
  CHECK(scene.numbers("") == "6 4 2 0 ");
  CHECK(scene.numbers("?source=crm") == "4 0 ");
  CHECK(scene.numbers("", "tenant") == "7 5 3 1 ");
  CHECK(scene.numbers("?source=other", "tenant") == "");
  CHECK(scene.numbers("", "nobody") == "");
  const Json first = scene.json("?limit=3");
  CHECK(first.at("next") == 2);
  CHECK(scene.numbers("?limit=3&behind=2") == "0 ");
  CHECK(scene.json("?limit=3&behind=2").at("next").is_null());
  CHECK(scene.json("?limit=4").at("next").is_null());
  CHECK(scene.numbers("?behind=18446744073709551615") == "6 4 2 0 ");
}

TEST_CASE("what is no page is refused") {
  Scene scene;
  for (const char* query : {"?limit=0", "?limit=501", "?limit=x", "?behind=", "?behind=0", "?behind=-1", "?behind=1x",
                            "?behind=18446744073709551616", "?behind=%31%00"}) {
    CAPTURE(query);
    CHECK(scene.get(query).status == 400);
  }
  CHECK(scene.get("?limit=500").status == 200);
  CHECK(scene.json("?source=%00%ff").at("events").empty());
}

TEST_CASE("refused requests are shown by source to their own account") {
  Scene scene;
  const auto send = [&](const std::string& account, const std::string& id, const sync::WebhookRequest& request) {
    CHECK(!scene.sources.accept_webhook(account, id, request));
  };
  const sync::WebhookRequest forged{{{"signature", "bad"}}, "refetch 1"};
  send("default", "crm", forged);
  send("default", "crm", forged);
  send("default", "other", tests::signed_request("malformed"));
  send("default", "nobody", forged);
  send("tenant", "crm", tests::signed_request("none"));
  const Json all = scene.json().at("refused");
  CHECK(all.at("bad_signature") == 2);
  CHECK(all.at("malformed") == 1);
  CHECK(all.at("outside_time_window") == 0);
  CHECK(all.at("not_supported") == 0);
  CHECK(all.at("not_stored") == 0);
  CHECK(all.at("last_at").is_string());
  const Json one = scene.json("?source=other").at("refused");
  CHECK(one.at("bad_signature") == 0);
  CHECK(one.at("malformed") == 1);
  CHECK(one.at("last_reason") == "malformed");
  CHECK(scene.json("", "tenant").at("refused").at("not_supported") == 1);
  const Json none = scene.json("?source=nobody").at("refused");
  CHECK(none.at("bad_signature") == 0);
  CHECK(none.at("last_at").is_null());
  CHECK(none.at("last_reason") == "");
}

TEST_CASE("only an admin's key is let in") {
  Scene scene;
  for (const Scope scope : {Scope::lookup, Scope::agent, Scope::metrics, Scope::admin}) {
    const HttpRoute route = webhook_event_routes(scene.inbox, scene.sources).at(0);
    const Principal who{.account = "default", .scopes = static_cast<unsigned>(scope), .key_id = "k"};
    CHECK(who.may(route.scope) == (scope == Scope::admin));
  }
}

}  // namespace
}  // namespace ringdex::server
