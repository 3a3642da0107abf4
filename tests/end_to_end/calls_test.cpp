#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "server/cli/event_reader.h"
#include "telephony/text/percent_encoding.h"
#include "tests/end_to_end/scene.h"

namespace ringdex::tests {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr const char* kUnknown = "+12125550199";

class PeopleScene {
 public:
  explicit PeopleScene(const std::string& account = R"("pick": ["picked", "oldest"])") {
    std::ofstream(dir_.file("people.csv")) << "Id,Name,Company,Phone\n"
                                              "1,Ada Whitlock,Whitlock & Daughters,(212) 555-0123\n"
                                              "2,Delphine Marchetti,Thornbury Glass,+442079460100\n"
                                              "3,Edwin Pryce,Thornbury Glass,+442079460100\n";
    config_ = fmt::format(R"({{"data_dir": "{0}/data", "http": {{"listen": "127.0.0.1:0"}},
      "accounts": {{"default": {{"own_numbers": ["(212) 555-0100"], {1}}}, "tenant": {{}}}},
      "sources": [{{"id": "people", "type": "csv", "label": "People", "path": "people.csv"}},
                  {{"id": "people", "account": "tenant", "type": "csv", "path": "people.csv"}}]}})",
                          folder(), account);
  }
  std::string folder() const { return dir_.path().string(); }
  std::unique_ptr<RingdexProcess> start() const {
    auto ringdex = std::make_unique<RingdexProcess>(RINGDEX_BINARY, folder(), config_);
    REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
    return ringdex;
  }

 private:
  TempDir dir_;
  std::string config_;
};

json ring_body(const std::string& id, const std::string& from, const std::string& agent = "ann") {
  return {{"call_id", id}, {"direction", "inbound"}, {"from", from}, {"to", "+12125550100"}, {"agent", agent}};
}

// All events of the account so far, as somebody who comes back is told.
std::vector<server::ReceivedEvent> events(const RingdexProcess& ringdex, const std::string& agent = "") {
  const std::string whose = agent.empty() ? "" : "&agent=" + agent;
  const std::string answer =
      ringdex.raw("GET /v1/events?last_event_id=0" + whose + " HTTP/1.1\r\nHost: localhost\r\n\r\n", 300ms);
  REQUIRE_MESSAGE(answer.starts_with("HTTP/1.1 200"), answer);
  std::vector<server::ReceivedEvent> found;
  REQUIRE(server::EventReader().read(answer.substr(answer.find("\r\n\r\n") + 4), found));
  return found;
}

std::vector<std::string> types(const std::vector<server::ReceivedEvent>& events) {
  std::vector<std::string> found;
  for (const auto& event : events) found.push_back(event.type);
  return found;
}

TEST_CASE("a call from its ring to its report") {
  PeopleScene scene;
  auto ringdex = scene.start();
  REQUIRE(ringdex->wait_until_idle("people"));
  const auto rung = ringdex->post("/v1/calls", ring_body("1763798401.17", "+442079460100").dump());
  REQUIRE_MESSAGE(rung.status == 200, rung.text);
  CHECK(rung.body["default"] == "people:contact:2");
  CHECK(rung.body["shared"]["organization"] == "Thornbury Glass");
  CHECK(rung.body["candidates"] == ringdex->lookup("+442079460100")["candidates"]);

  CHECK(ringdex->post("/v1/calls/1763798401.17/pick", R"({"record": "people:contact:3", "agent": "ann"})").status ==
        200);
  CHECK(ringdex->lookup("+442079460100")["default"] == "people:contact:3");
  CHECK(ringdex->lookup("+442079460100")["default_reason"]["rule"] == "picked");
  CHECK(ringdex->post("/v1/calls/1763798401.17/answer", R"({"agent": "ann"})").body["call"]["state"] == "answered");
  CHECK(ringdex->post("/v1/calls/1763798401.17/end", "").body["call"]["state"] == "ended");
  CHECK(ringdex->post("/v1/calls", ring_body("c2", "anonymous", "ben").dump()).body["unmatchable"] == "withheld");

  const auto report = ringdex->get("/v1/calls/1763798401.17");
  REQUIRE(report.status == 200);
  CHECK(report.body["answer"]["default"] == "people:contact:2");
  CHECK(report.body["call"]["picked"]["record"] == "people:contact:3");
  CHECK(report.body["attribute"][0]["external_id"] == "3");
  CHECK(report.body["attribute"][0]["label"] == "People");

  // Found again by all that a person may know of it.
  const std::string since = report.body["call"]["started_at"];
  for (const std::string& query :
       {"number=" + text::percent_encoded("+44 20 7946 0100") + "&limit=1", std::string("agent=ann"),
        std::string("record=people:contact:3"), "until=2100-01-01T00:00:00Z&since=" + since}) {
    CAPTURE(query);
    const auto list = ringdex->get("/v1/calls?" + query);
    REQUIRE_MESSAGE(list.status == 200, list.text);
    const json& calls = list.body["calls"];
    REQUIRE_FALSE(calls.empty());
    CHECK(calls.back()["call"]["id"] == "1763798401.17");
  }
  CHECK(ringdex->get("/v1/calls?record=people:contact:2").body["calls"].empty());
  CHECK(ringdex->get("/v1/calls?until=" + since).body["calls"].empty());
  const auto first = ringdex->get("/v1/calls?limit=1");
  CHECK(first.body["calls"][0]["call"]["id"] == "c2");
  const auto second =
      ringdex->get("/v1/calls?limit=1&behind=" + text::percent_encoded(first.body["next"].get<std::string>()));
  CHECK(second.body["calls"][0]["call"]["id"] == "1763798401.17");

  CHECK(types(events(*ringdex)) ==
        std::vector<std::string>{"ringing", "picked", "answered", "ended", "ringing", "ready"});
  CHECK(types(events(*ringdex, "ben")) == std::vector<std::string>{"ringing", "ready"});

  // All of it is there after a kill.
  ringdex->kill();
  ringdex = scene.start();
  CHECK(ringdex->get("/v1/calls/1763798401.17").body == report.body);
  CHECK(ringdex->lookup("+442079460100")["default"] == "people:contact:3");
  CHECK(events(*ringdex).size() == 6);
  CHECK(ringdex->post("/v1/calls/1763798401.17/pick", R"({"record": null})").status == 200);
  CHECK(ringdex->lookup("+442079460100")["default"] == "people:contact:2");
}

TEST_CASE("local records are made, changed and deleted by agents") {
  PeopleScene scene;
  const auto ringdex = scene.start();
  REQUIRE(ringdex->wait_until_idle("people"));
  const auto made = ringdex->post("/v1/records", R"({"name": "The plumber", "phones": ["(212) 555-0199"]})");
  REQUIRE_MESSAGE(made.status == 201, made.text);
  const std::string id = made.body["id"];
  CHECK(id.starts_with("local:local:"));
  CHECK(made.body["phones"][0]["e164"] == kUnknown);
  CHECK(ringdex->lookup(kUnknown)["candidates"][0]["name"] == "The plumber");
  const auto changed = ringdex->put("/v1/records/" + id,
                                    R"({"name": "Joe", "organization": "Pipes", "phones": ["2125550198"],
                                        "custom": {"note": "rings twice"}})");
  REQUIRE_MESSAGE(changed.status == 200, changed.text);
  CHECK(changed.body["custom"]["note"] == "rings twice");
  CHECK(ringdex->lookup(kUnknown)["match"] == "none");
  CHECK(ringdex->lookup("+12125550198")["candidates"][0]["organization"] == "Pipes");
  CHECK(ringdex->post("/v1/records", R"({"name": "X", "phones": ["+12125550198"]})").body["code"] == "number_known");
  CHECK(ringdex->put("/v1/records/people:contact:1", R"({"name": "X"})").body["code"] == "record_not_local");
  CHECK(ringdex->remove("/v1/records/people:contact:1").status == 409);
  CHECK(ringdex->remove("/v1/records/" + id).status == 200);
  CHECK(ringdex->remove("/v1/records/" + id).status == 410);
  CHECK(ringdex->remove("/v1/records/local:local:2").status == 404);
  CHECK(ringdex->lookup("+12125550198")["match"] == "none");
  CHECK(ringdex->get("/v1/records/" + id).status == 410);
}

TEST_CASE("what is wrong with a call is said, and nothing is written") {
  PeopleScene scene;
  const auto ringdex = scene.start();
  REQUIRE(ringdex->wait_until_idle("people"));
  REQUIRE(ringdex->post("/v1/calls", ring_body("c1", "+12125550123").dump()).status == 200);
  struct Row {
    const char* target;
    std::string body;
    int status;
    const char* code;
    const char* words;
  };
  const Row rows[] = {
      {"/v1/calls", "{", 400, "bad_json", "not JSON"},
      {"/v1/calls", R"({"from": "1"})", 400, "bad_call", "'call_id' is missing"},
      {"/v1/calls", R"({"call_id": ""})", 400, "bad_call", "'call_id' is empty"},
      {"/v1/calls", R"({"call_id": "x\n", "from": "1"})", 400, "bad_call", "control characters"},
      {"/v1/calls", json{{"call_id", std::string(256, 'x')}}.dump(), 400, "bad_call", "longer than 255"},
      {"/v1/calls", R"({"call_id": "x", "direction": "sideways"})", 400, "bad_call", "inbound or outbound"},
      {"/v1/calls", R"({"call_id": "x", "direction": "outbound"})", 400, "bad_call", "'to' is missing"},
      {"/v1/calls", R"({"call_id": "x", "form": "1"})", 400, "bad_call", "unknown field 'form'"},
      {"/v1/calls", R"({"call_id": "x", "agent": ["a", ""]})", 400, "bad_call", "agent's name"},
      {"/v1/calls", "{" + std::string(2'000, ':') + "}", 400, "bad_json", "members"},
      {"/v1/calls/c1/pick", R"({"record": null, "picked": "x"})", 400, "bad_record_id", "source:kind"},
      {"/v1/records", R"({"name": "X", "custom": {"": "y"}})", 400, "bad_record", "a name in 'custom'"},
      {"/v1/calls", R"({"call_id": "x", "plan": "maybe"})", 400, "bad_call", "auto, e164 or national"},
      {"/v1/calls", R"({"call_id": "x", "region": "XX", "from": "1"})", 400, "unknown_region", "XX"},
      {"/v1/calls", R"({"call_id": "x", "about": "people"})", 400, "bad_call", "'about' must be an object"},
      {"/v1/calls", R"({"call_id": "x", "about": {"source": "people"}})", 400, "bad_call", "'about.external_id'"},
      {"/v1/calls", R"({"call_id": "x", "about": {"source": "crm", "external_id": "1"}})", 404, "source_unknown",
       "crm"},
      {"/v1/calls", R"({"call_id": "x", "about": {"source": "people", "external_id": "1", "kind": "x"}})", 400,
       "bad_call", "'about.kind'"},
      {"/v1/calls", ring_body("c1", kUnknown).dump(), 409, "call_id_taken", "an id of its own"},
      {"/v1/calls/none/pick", R"({"record": "people:contact:1"})", 404, "call_unknown", "none"},
      {"/v1/calls/c1/pick", "{}", 400, "bad_pick", "'record' is missing"},
      {"/v1/calls/c1/pick", R"({"record": "x"})", 400, "bad_record_id", "source:kind:external_id"},
      {"/v1/calls/c1/pick", R"({"record": "people:contact:9"})", 404, "record_unknown", "9"},
      {"/v1/calls/none/end", "", 404, "call_unknown", "none"},
      {"/v1/calls/none/answer", "", 404, "call_unknown", "none"},
      {"/v1/calls/c1/answer", R"({"agent": ["a", "b"]})", 400, "bad_field", "must be one"},
      {"/v1/records", R"({"phones": ["1"]})", 400, "bad_record", "'name' or 'organization'"},
      {"/v1/records", R"({"name": "X", "phones": ["hello"]})", 400, "bad_phone", "hello"},
      {"/v1/records", R"({"name": "X", "emails": "a@b"})", 400, "bad_record", "'emails' must be a list"},
      {"/v1/records", R"({"name": "X", "custom": {"a": 1.5}})", 400, "bad_record", "'custom.a' must be a text"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.body);
    const auto answer = ringdex->post(row.target, row.body);
    CHECK(answer.status == row.status);
    REQUIRE(answer.body.is_object());
    CHECK(answer.body["code"] == row.code);
    CHECK(answer.body["detail"].get<std::string>().find(row.words) != std::string::npos);
  }
  for (const auto& [target, code] : {std::pair{"/v1/calls?number=hello", "bad_number"},
                                     {"/v1/calls?number=1&agent=a", "bad_query"},
                                     {"/v1/calls?record=x", "bad_record_id"},
                                     {"/v1/calls?since=yesterday", "bad_time"},
                                     {"/v1/calls?behind=x", "bad_cursor"},
                                     {"/v1/calls?limit=201", "bad_limit"},
                                     {"/v1/events?last_event_id=x", "bad_last_event_id"}}) {
    CAPTURE(std::string(target));
    const auto answer = ringdex->get(target);
    CHECK(answer.status == 400);
    CHECK(answer.body["code"] == code);
  }
  CHECK(ringdex->get("/v1/calls").body["calls"].size() == 1);
  CHECK(types(events(*ringdex)) == std::vector<std::string>{"ringing", "ready"});
  // A call id may hold whatever a SIP Call-ID does.
  CHECK(ringdex->post("/v1/calls", ring_body("a/b?c%d@pbx", "+12125550123").dump()).status == 200);
  CHECK(ringdex->get("/v1/calls/a%2Fb%3Fc%25d%40pbx").body["call"]["id"] == "a/b?c%d@pbx");
}

TEST_CASE("keys: a phone system rings, an agent picks and listens, and each sees its own account only") {
  PeopleScene scene;
  const auto ringdex = scene.start();
  REQUIRE(ringdex->wait_until_idle("people"));
  const auto key = [&](const std::string& scope, const std::string& account = "default") {
    const auto made = run_command(
        {RINGDEX_BINARY, "key", "create", "--config", ringdex->config_path(), "--scope", scope, "--account", account});
    const std::string text = made.out.substr(made.out.find("rdx_"));
    return std::map<std::string, std::string>{{"X-API-Key", text.substr(0, text.find('\n'))}};
  };
  const auto pbx = key("lookup");
  const auto agent = key("agent");
  const auto stranger = key("agent", "tenant");
  const auto metrics = key("metrics");
  // The last key that was made is known.
  const auto closed = [&] {
    return ringdex->get("/metrics").status == 401 && ringdex->get("/metrics", metrics).status == 200;
  };
  for (int looks = 0; looks < 20'000 && !closed(); ++looks) std::this_thread::yield();
  REQUIRE(closed());

  const std::string body = ring_body("c1", "+12125550123").dump();
  CHECK(ringdex->post("/v1/calls", body).status == 401);
  CHECK(ringdex->post("/v1/calls", body, metrics).status == 403);
  CHECK(ringdex->post("/v1/calls", body, pbx).body["match"] == "one");
  CHECK(ringdex->post("/v1/calls", body, agent).body["match"] == "one");
  const std::string pick = R"({"record": "people:contact:1"})";
  CHECK(ringdex->post("/v1/calls/c1/pick", pick, pbx).status == 403);
  CHECK(ringdex->post("/v1/calls/c1/pick", pick, agent).status == 200);
  CHECK(ringdex->post("/v1/calls/c1/end", "", pbx).status == 200);
  for (const char* target : {"/v1/calls", "/v1/calls/c1", "/v1/events"}) {
    CHECK(ringdex->get(target, pbx).status == 403);
  }
  CHECK(ringdex->post("/v1/records", R"({"name": "X"})", pbx).status == 403);

  CHECK(ringdex->get("/v1/calls/c1", stranger).status == 404);
  CHECK(ringdex->get("/v1/calls", stranger).body["calls"].empty());
  CHECK(ringdex->post("/v1/calls/c1/pick", pick, stranger).status == 404);
  CHECK(ringdex->post("/v1/calls/c1/end", "", stranger).status == 404);
  CHECK(ringdex->post("/v1/calls", ring_body("c1", "+12125550123").dump(), stranger).body["call"]["state"] ==
        "ringing");
}

// Sends the calls from many threads at once and counts the answers.
void ring_at_once(const RingdexProcess& ringdex, std::size_t calls, std::atomic<std::size_t>& answered) {
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < calls; ++i) {
    threads.emplace_back([&, i] {
      const auto answer = ringdex.post("/v1/calls", ring_body("call-" + std::to_string(i), kUnknown).dump());
      if (answer.status == 200) ++answered;
    });
  }
}

TEST_CASE("200 first calls at once from one unknown number make one record, also when killed and repeated") {
  constexpr std::size_t kCalls = 200;
  PeopleScene scene(R"("unknown_caller": "create")");
  for (const std::size_t killed_after : {std::size_t{0}, std::size_t{1}, std::size_t{60}, kCalls + 1}) {
    CAPTURE(killed_after);
    auto ringdex = scene.start();
    REQUIRE(ringdex->wait_until_idle("people"));
    std::atomic<std::size_t> answered{0};
    {
      std::jthread killer([&](const std::stop_token& stopping) {
        while (answered < killed_after && !stopping.stop_requested()) std::this_thread::yield();
        if (killed_after <= kCalls) ringdex->signal(SIGKILL);
      });
      ring_at_once(*ringdex, kCalls, answered);
    }
    ringdex->kill();
    ringdex = scene.start();
    std::atomic<std::size_t> repeated{0};
    ring_at_once(*ringdex, kCalls, repeated);
    CHECK(repeated == kCalls);
    // What a ring could not wait for is there a moment later.
    std::string record;
    for (std::size_t i = 0; i < kCalls; ++i) {
      CHECK(ringdex->wait_for("/v1/calls/call-" + std::to_string(i),
                              [](const json& body) { return !body["attribute"].empty(); }));
      const auto call = ringdex->get("/v1/calls/call-" + std::to_string(i));
      const std::string id = call.body["attribute"][0]["record"];
      CHECK((record.empty() || id == record));
      record = id;
    }
    CHECK(ringdex->lookup(kUnknown)["total"] == 1);
    CHECK(ringdex->lookup(kUnknown)["default"] == record);
    CHECK(ringdex->get("/v1/calls?limit=200").body["calls"].size() == kCalls);
    REQUIRE(ringdex->remove("/v1/records/" + record).status == 200);
    ringdex->kill();
    std::filesystem::remove_all(scene.folder() + "/data/calls");
  }
}

TEST_CASE("click-to-call and unknown callers beside a Zendesk") {
  ZendeskScene scene;
  auto& zendesk = scene.zendesk();
  zendesk.add_user(person("Anna Rossi", "(212) 555-0123"));
  std::string config = scene.config();
  config.replace(config.find("\"sources\""), 0, R"("accounts": {"default": {"unknown_caller": "create",
                                                     "pick": ["picked", "oldest"], "on_miss_deadline": "10s"}}, )");
  const RingdexProcess ringdex(RINGDEX_BINARY, scene.folder(), config);
  REQUIRE_MESSAGE(ringdex.serving(), ringdex.log());
  REQUIRE(ringdex.wait_until_idle("zendesk-eu"));

  const auto outbound = [](const std::string& id, std::uint64_t user, const std::string& to) {
    return json{{"call_id", id},  {"direction", "outbound"},
                {"from", "201"},  {"to", to},
                {"agent", "ann"}, {"about", {{"source", "zendesk-eu"}, {"external_id", std::to_string(user)}}}}
        .dump();
  };
  // Made a moment ago, on a number that somebody else has: it is fetched before the answer.
  const auto twin = zendesk.add_user(person("Bea Rossi", "(212) 555-0123"));
  const auto clicked = ringdex.post("/v1/calls", outbound("c1", twin, "+12125550123"));
  REQUIRE_MESSAGE(clicked.status == 200, clicked.text);
  CHECK(clicked.body["default"] == "zendesk-eu:contact:" + std::to_string(twin));
  CHECK(clicked.body["default_reason"]["rule"] == "about");
  CHECK(clicked.body["match"] == "many");

  // An unknown caller's record gives way to the user that Zendesk tells of, and the call follows.
  const auto unknown = ringdex.post("/v1/calls", ring_body("c2", kUnknown).dump());
  const std::string local = unknown.body["default"];
  CHECK(local.starts_with("local:local:"));
  const auto known = zendesk.add_user(person("Carl Weiss", kUnknown));
  const std::string id = "zendesk-eu:contact:" + std::to_string(known);
  REQUIRE(ringdex.wait_for("/v1/lookup?number=" + text::percent_encoded(kUnknown),
                           [&](const json& body) { return body["default"] == id; }));
  CHECK(ringdex.lookup(kUnknown)["total"] == 1);
  const auto call = ringdex.get("/v1/calls/c2");
  CHECK(call.body["attribute"][0]["record"] == id);
  CHECK(call.body["attribute"][0]["asked"] == local);
  CHECK(ringdex.get("/v1/calls?record=" + id).body["calls"].size() == 1);
  CHECK(ringdex.get("/v1/records/" + local).body["id"] == id);

  // He is merged into another: the pick and both calls follow.
  CHECK(ringdex.post("/v1/calls/c2/pick", json{{"record", id}}.dump()).status == 200);
  const auto winner = zendesk.add_user(person("Carl W.", "+12125550177"));
  REQUIRE(zendesk.merge(known, winner));
  const std::string winner_id = "zendesk-eu:contact:" + std::to_string(winner);
  CHECK(
      ringdex.wait_for("/v1/calls/c2", [&](const json& body) { return body["attribute"][0]["record"] == winner_id; }));
  CHECK(ringdex.get("/v1/calls?record=" + winner_id).body["calls"].size() == 1);
  // Deleted: the call keeps what it knew, and shows nobody who is gone.
  REQUIRE(zendesk.delete_user(winner));
  CHECK(ringdex.wait_for("/v1/calls/c2", [&](const json& body) { return body["attribute"][0]["state"] == "deleted"; }));
  const std::string next = ringdex.post("/v1/calls", ring_body("c3", kUnknown).dump()).body["default"];
  CHECK(next.starts_with("local:local:"));
  CHECK(next != local);
}

TEST_CASE("a CRM that answers late never holds up a click, whose person follows as an event") {
  ZendeskScene scene;
  auto& zendesk = scene.zendesk();
  const RingdexProcess ringdex(RINGDEX_BINARY, scene.folder(), scene.config());
  REQUIRE_MESSAGE(ringdex.serving(), ringdex.log());
  REQUIRE(ringdex.wait_until_idle("zendesk-eu"));
  zendesk.server().set_latency(1s);
  const auto user = zendesk.add_user(person("Dora Lind", "+12125550177"));
  const std::string id = "zendesk-eu:contact:" + std::to_string(user);
  const auto call =
      ringdex.post("/v1/calls", json{{"call_id", "c1"},
                                     {"direction", "outbound"},
                                     {"to", "+12125550177"},
                                     {"agent", "ann"},
                                     {"about", {{"source", "zendesk-eu"}, {"external_id", std::to_string(user)}}}}
                                    .dump());
  CHECK(call.status == 200);
  CHECK(call.body["default"] == nullptr);
  CHECK(call.body["call"]["about"] == id);
  CHECK(ringdex.get("/v1/calls/c1").body["attribute"][0]["state"] == "not_mirrored");
  REQUIRE(ringdex.wait_for("/v1/calls/c1", [](const json& body) { return !body["changes"].empty(); }, 60s));
  const auto told = events(ringdex, "ann");
  REQUIRE(types(told) == std::vector<std::string>{"ringing", "changed", "ready"});
  CHECK(json::parse(told[1].data)["default"] == id);
  CHECK(ringdex.post("/v1/calls", json{{"call_id", "c1"}, {"direction", "outbound"}, {"to", "+12125550177"}}.dump())
            .body["default"] == nullptr);
}

}  // namespace
}  // namespace ringdex::tests
