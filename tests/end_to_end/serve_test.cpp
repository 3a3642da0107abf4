#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>

#include "tests/end_to_end/scene.h"

namespace ringdex::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kPeople =
    "Id,Name,Company,Phone,Mobile\n"
    "1,Ada Whitlock,Whitlock & Daughters,(212) 555-0123,\n"
    "2,Delphine Marchetti,Thornbury Glass,+442079460100,\n"
    "3,Edwin Pryce,Thornbury Glass,+44 20 7946 0100,+44 7700 900345\n";

void write(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::trunc) << text;
}

class CsvScene {
 public:
  CsvScene() { write(csv(), kPeople); }
  std::string csv() const { return dir_.file("people.csv"); }
  std::string folder() const { return dir_.path().string(); }
  std::string config(const std::string& listen = "127.0.0.1:0", const std::string& http = "",
                     const std::string& account = "") const {
    return fmt::format(R"({{"data_dir": "{}/data", "http": {{"listen": "{}" {}}},
      "accounts": {{"default": {{"region": "US", "own_numbers": ["(212) 555-0100"] {}}}}},
      "sources": [{{"id": "people", "type": "csv", "label": "People", "path": "people.csv"}}]}})",
                       folder(), listen, http, account);
  }
  RingdexProcess start(const std::string& config) const { return {RINGDEX_BINARY, folder(), config}; }

 private:
  TempDir dir_;
};

TEST_CASE("a CSV file is served: lookup, explain, records, sources, runs, health") {
  CsvScene scene;
  const auto ringdex = scene.start(scene.config());
  REQUIRE_MESSAGE(ringdex.serving(), ringdex.log());
  REQUIRE(ringdex.wait_until_idle("people"));

  const auto one = ringdex.lookup("212-555-0123");
  CHECK(one["match"] == "one");
  CHECK(one["default_reason"]["rule"] == "only_candidate");
  CHECK(one["candidates"][0]["phone"]["raw"] == "(212) 555-0123");
  const auto many = ringdex.lookup("sip:+442079460100@pbx.example;user=phone");
  CHECK(many["match"] == "many");
  CHECK(many["shared"]["organization"] == "Thornbury Glass");
  CHECK(ringdex.lookup("anonymous")["unmatchable"] == "withheld");
  CHECK(ringdex.lookup("201")["unmatchable"] == "extension");
  CHECK(ringdex.lookup("hello")["unmatchable"] == "not_a_number");
  CHECK(ringdex.lookup("+12125550100")["unmatchable"] == "own_number");

  // A raw plus in a query string is a space to a form decoder.
  CHECK(ringdex.get("/v1/lookup?number=+12125550123").body["match"] == "one");
  CHECK(ringdex.get("//v1/lookup?number=02079460100&region=GB").body["match"] == "many");
  CHECK(ringdex.get("/v1/lookup?number=02079460100&called=%2B442079460999").body["match"] == "many");
  CHECK(ringdex.get("/v1/lookup?number=02079460100").body["match"] == "none");

  const auto explained = ringdex.get("/v1/explain?number=442079460100");
  CHECK(explained.status == 200);
  CHECK(explained.body["steps"].size() >= 4);
  CHECK(explained.body["answer"]["match"] == "many");

  const auto several = ringdex.post("/v1/lookup", R"({"numbers": ["+12125550123", "x", "+442079460100"]})");
  REQUIRE(several.body["answers"].size() == 3);
  CHECK(several.body["answers"][0]["match"] == "one");
  CHECK(several.body["answers"][2]["total"] == 2);

  const auto record = ringdex.get("/v1/records/people%3Acontact%3A3");
  CHECK(record.body["phones"].size() == 2);
  CHECK(record.body["aliases"].empty());
  CHECK(ringdex.get("/v1/records/people:contact:99").status == 404);
  CHECK(ringdex.post("/v1/records/people:contact:3/resync", "").body["outcome"] == "unchanged");

  const auto runs = ringdex.get("/v1/runs");
  CHECK(runs.body["runs"][0]["kind"] == "single");
  CHECK(runs.body["runs"][0]["message"] == "unchanged");
  CHECK(runs.body["runs"][1]["added"] == 3);
  CHECK(runs.body["runs"][1]["outcome"] == "finished");
  CHECK(ringdex.get("/healthz").status == 200);
  CHECK(ringdex.get("/readyz").status == 200);
  const auto metrics = ringdex.get("/metrics");
  CHECK(metrics.text.find("ringdex_lookups_total{by=\"api\",match=\"many\"}") != std::string::npos);
  CHECK(metrics.text.find("ringdex_number_table_loaded 1") != std::string::npos);
  CHECK(metrics.text.find("ringdex_source_records{account=\"default\",source=\"people\"} 3") != std::string::npos);

  SUBCASE("the file changes: a row changed, a row gone, a row new") {
    write(scene.csv(),
          "Id,Name,Company,Phone,Mobile\n1,Ada Whitlock-Lee,W,(212) 555-0123,\n2,Delphine Marchetti,Thornbury "
          "Glass,+442079460100,\n4,New Person,,+1 646 555 0162,\n");
    // One of three rows vanished, which is more than the guard lets pass.
    ringdex.post("/v1/sources/people/sync", "");
    CHECK(ringdex.wait_for("/v1/sources",
                           [](const auto& body) { return body["sources"][0]["state"] == "needs_confirmation"; }));
    CHECK(ringdex.lookup("+447700900345")["match"] == "one");
    CHECK(ringdex.lookup("+16465550162")["match"] == "one");
    const auto other = ringdex.post("/v1/sources/people/confirm", R"({"records": 2})");
    CHECK(other.status == 409);
    CHECK(other.body["code"] == "other_count");
    CHECK(ringdex.lookup("+447700900345")["match"] == "one");
    CHECK(ringdex.post("/v1/sources/people/confirm", R"({"records": 1})").body["removed"] == 1);
    CHECK(ringdex.lookup("+447700900345")["match"] == "none");
    CHECK(ringdex.lookup("+442079460100")["match"] == "one");
    CHECK(ringdex.lookup("+12125550123")["candidates"][0]["name"] == "Ada Whitlock-Lee");
    CHECK(ringdex.post("/v1/sources/people/confirm", "{}").status == 409);
  }
  SUBCASE("a file that is gone, empty or rubbish deletes nobody and says so") {
    for (const char* text : {"", "\x01\x02\x03", "no,useful,header\n1,2,3\n", static_cast<const char*>(nullptr)}) {
      text ? write(scene.csv(), text) : static_cast<void>(std::filesystem::remove(scene.csv()));
      ringdex.post("/v1/sources/people/sync", "");
      CHECK(ringdex.wait_for(
          "/v1/sources",
          [&](const auto& body) {
            const std::string reason = body["sources"][0]["reason"];
            return body["sources"][0]["state"] == "backing_off" && reason.find("people.csv") != std::string::npos;
          },
          10s));
      CHECK(ringdex.lookup("+12125550123")["match"] == "one");
    }
  }
}

TEST_CASE("bad requests get a clear problem, and the server goes on") {
  CsvScene scene;
  const auto ringdex = scene.start(scene.config(
      "127.0.0.1:0",
      R"(, "body_bytes_max": 2000, "header_bytes_max": 2000, "header_timeout": "200ms", "idle_timeout": "300ms")"));
  REQUIRE_MESSAGE(ringdex.serving(), ringdex.log());
  struct Row {
    const char* method;
    std::string target;
    std::string body;
    int status;
    const char* code;
  };
  const Row rows[] = {
      {"GET", "/v1/lookup", "", 400, "number_missing"},
      {"GET", "/v1/lookup?number=1&plan=maybe", "", 400, "bad_plan"},
      {"GET", "/v1/lookup?number=1&region=USA", "", 400, "unknown_region"},
      {"GET", "/v1/nothing", "", 404, "no_such_path"},
      {"POST", "/v1/explain?number=1", "", 405, "method_not_allowed"},
      {"POST", "/v1/lookup", "{", 400, "bad_json"},
      {"POST", "/v1/lookup", "[]", 400, "bad_json"},
      {"POST", "/v1/lookup", "{}", 400, "bad_numbers"},
      {"POST", "/v1/lookup", R"({"numbers": [1]})", 400, "bad_numbers"},
      {"POST", "/v1/lookup", R"({"numbers": ["1"], "regio": "US"})", 400, "unknown_field"},
      {"POST", "/v1/lookup", std::string(1500, '['), 400, "bad_json"},
      {"POST", "/v1/lookup", std::string(3000, ' '), 413, "body_too_large"},
      {"GET", "/v1/lookup?number=" + std::string(2500, '1'), "", 431, "header_too_large"},
      {"GET", "/v1/records/nonsense", "", 400, "bad_record_id"},
      {"GET", "/v1/runs?limit=0", "", 400, "bad_limit"},
      {"POST", "/v1/sources/people/sync", R"({"kind": "sideways"})", 400, "bad_kind"},
      {"POST", "/v1/sources/people/sync", R"({"king": "full"})", 400, "bad_field"},
      {"POST", "/v1/sources/people/purge", R"({"confirm": "people", "now": true})", 400, "bad_field"},
      {"POST", "/v1/sources/people/preview", R"({"records": null})", 400, "bad_records"},
      {"POST", "/v1/sources/nobody/sync", "", 404, "source_unknown"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.target);
    const auto answer = row.method == std::string("GET") ? ringdex.get(row.target) : ringdex.post(row.target, row.body);
    CHECK(answer.status == row.status);
    REQUIRE(answer.body.is_object());
    CHECK(answer.body["code"] == row.code);
    CHECK(answer.body["status"] == row.status);
    CHECK(answer.headers.at("Content-Type") == "application/problem+json");
  }
  // A chunk header without an end.
  CHECK(ringdex
            .raw("POST /v1/lookup HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;" +
                 std::string(2'000'000, 'a'))
            .starts_with("HTTP/1.1 431"));
  CHECK(ringdex.raw("\x16\x03\x01 rubbish\r\n\r\n").starts_with("HTTP/1.1 400"));
  CHECK(ringdex.raw("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200"));
  // Two requests in one packet are answered in order.
  const std::string both = ringdex.raw(
      "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(both.find("HTTP/1.1 200") < both.find("HTTP/1.1 404"));
  CHECK(both.find("HTTP/1.1 404") != std::string::npos);
  // Half a request is cut off, and so is an idle connection.
  CHECK(ringdex.raw("GET /healthz HT", 3s) == "");
  CHECK(ringdex.raw("", 3s) == "");
  CHECK(ringdex.get("/healthz").status == 200);
}

TEST_CASE("keys: none serves loopback only, one closes the door to all others") {
  CsvScene scene;
  {
    const auto open = scene.start(scene.config());
    REQUIRE(open.serving());
    CHECK(open.get("/v1/lookup?number=1").status == 200);
    // A web page in a local browser, and a proxy's client, are not local programs.
    CHECK(open.get("/v1/lookup?number=1", {{"Host", "evil.example"}}).status == 401);
    CHECK(open.get("/v1/lookup?number=1", {{"Sec-Fetch-Site", "cross-site"}}).status == 401);
    CHECK(open.get("/v1/lookup?number=1", {{"X-Forwarded-For", "203.0.113.7"}}).status == 401);
  }
  {
    const auto exposed = scene.start(scene.config("0.0.0.0:0"));
    CHECK_FALSE(exposed.serving());
    CHECK(exposed.log().find("ringdex key create") != std::string::npos);
  }
  const std::string config = scene.folder() + "/ringdex.json";
  const auto key = [&](const std::string& scope) {
    const auto made = run_command({RINGDEX_BINARY, "key", "create", "--config", config, "--scope", scope});
    CHECK(made.exit_code == 0);
    return made.out.substr(made.out.find("rdx_"), made.out.find('\n', made.out.find("rdx_")) - made.out.find("rdx_"));
  };
  const std::string lookup_key = key("lookup");
  const auto closed = scene.start(scene.config("0.0.0.0:0"));
  REQUIRE_MESSAGE(closed.serving(), closed.log());
  const std::string url = "http://127.0.0.1:" + std::to_string(closed.port());
  CHECK(closed.get("/healthz").status == 200);
  CHECK(closed.get("/v1/lookup?number=1").status == 401);
  CHECK(closed.get("/v1/lookup?number=1", {{"Authorization", "Bearer " + lookup_key}}).status == 200);
  CHECK(closed.get("/v1/lookup?number=1", {{"X-Api-Key", lookup_key}}).status == 200);
  CHECK(closed.get("/v1/lookup?number=1", {{"Authorization", "Bearer " + lookup_key + "0"}}).status == 401);
  CHECK(closed.get("/v1/sources", {{"Authorization", "Bearer " + lookup_key}}).status == 403);
  // A key made while it runs counts within seconds, and so does taking it back.
  const std::string admin_key = key("admin");
  const std::map<std::string, std::string> admin = {{"Authorization", "Bearer " + admin_key}};
  const auto status_becomes = [&](int wanted) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (std::chrono::steady_clock::now() < end) {
      if (closed.get("/v1/sources", admin).status == wanted) return true;
    }
    return false;
  };
  CHECK(status_becomes(200));
  const std::string id = admin_key.substr(4, admin_key.find('_', 4) - 4);
  CHECK(run_command({RINGDEX_BINARY, "key", "remove", "--config", config, id}).exit_code == 0);
  CHECK(status_becomes(401));
  const auto listed = run_command({RINGDEX_BINARY, "key", "list", "--config", config});
  CHECK(listed.out.find("lookup") != std::string::npos);
  CHECK(listed.out.find(lookup_key.substr(20)) == std::string::npos);
}

TEST_CASE("TLS serves the same") {
  CsvScene scene;
  const std::string certificate = scene.folder() + "/cert.pem";
  const std::string key = scene.folder() + "/key.pem";
  REQUIRE(run_command({"/usr/bin/openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                       "/CN=localhost", "-keyout", key, "-out", certificate})
              .exit_code == 0);
  auto ringdex = scene.start(
      scene.config("127.0.0.1:0", fmt::format(R"(, "tls": {{"certificate": "{}", "key": "{}"}})", certificate, key)));
  REQUIRE_MESSAGE(ringdex.serving(), ringdex.log());
  CHECK(ringdex.url().starts_with("https://"));
  CHECK(ringdex.get("/healthz").status == 200);
  CHECK(ringdex.raw("GET /healthz HTTP/1.1\r\n\r\n").find("200") == std::string::npos);
  const auto [code, took] = ringdex.terminate();
  CHECK(code == 0);
  CHECK(took < 5s);
}

TEST_CASE("the command line: what it says and how it exits") {
  CsvScene scene;
  const auto ringdex = scene.start(scene.config());
  REQUIRE(ringdex.serving());
  REQUIRE(ringdex.wait_until_idle("people"));
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), RINGDEX_BINARY);
    return run_command(arguments, {{"RINGDEX_SERVER", ringdex.url()}});
  };
  const auto found = run({"lookup", "212 555 0123"});
  CHECK(found.exit_code == 0);
  CHECK(found.out.find("Ada Whitlock") != std::string::npos);
  CHECK(run({"lookup", "+12125550199"}).exit_code == 1);
  const auto json = nlohmann::json::parse(run({"lookup", "--json", "+442079460100"}).out, nullptr, false);
  CHECK(json["match"] == "many");
  CHECK(run({"explain", "+442079460100"}).out.find("rule oldest") != std::string::npos);
  CHECK(run({"sources"}).out.find("idle") != std::string::npos);
  CHECK(run({"runs"}).out.find("finished") != std::string::npos);
  CHECK(run({"sync", "people"}).exit_code == 0);
  CHECK(run({"sync", "nobody"}).exit_code == 4);
  CHECK(run({"resync", "people:contact:1"}).out.starts_with("unchanged"));
  CHECK(run({"resync", "people:contact:77"}).exit_code == 1);
  CHECK(run({"version"}).out.starts_with("ringdex "));
  CHECK(run({"--help"}).out.find("Exit codes") != std::string::npos);
  CHECK(run({"frobnicate"}).exit_code == 2);
  CHECK(run({"lookup"}).exit_code == 2);
  CHECK(run({"lookup", "--server", "http://127.0.0.1:1", "1"}).exit_code == 3);
  CHECK(run({"check", "--config", ringdex.config_path()}).exit_code == 0);
  const auto bad = run({"check", "--config", "/nonexistent/ringdex.json"});
  CHECK(bad.exit_code == 1);
  CHECK(bad.out.find("/nonexistent/ringdex.json") != std::string::npos);
}

TEST_CASE("SIGHUP takes new account settings; a broken config is refused and the old one kept") {
  CsvScene scene;
  RingdexProcess ringdex(RINGDEX_BINARY, scene.folder(), scene.config());
  REQUIRE(ringdex.wait_until_idle("people"));
  CHECK(ringdex.lookup("02079460100")["match"] == "none");
  std::string changed = scene.config();
  changed.replace(changed.find("\"US\""), 4, "\"GB\"");
  write(ringdex.config_path(), changed);
  ringdex.signal(SIGHUP);
  CHECK(
      ringdex.wait_for("/v1/lookup?number=02079460100", [](const auto& body) { return body["match"] == "many"; }, 10s));
  write(ringdex.config_path(), "{ broken");
  ringdex.signal(SIGHUP);
  CHECK(ringdex.get("/v1/lookup?number=02079460100").body["match"] == "many");
}

TEST_CASE("a number stands in the log with its last four digits only, unless told otherwise") {
  CsvScene scene;
  for (const bool masked : {true, false}) {
    std::string config = scene.config();
    config.insert(1, fmt::format(R"("log": {{"level": "debug", "mask_numbers": {}}},)", masked));
    const auto ringdex = scene.start(config);
    REQUIRE_MESSAGE(ringdex.serving(), ringdex.log());
    REQUIRE(ringdex.wait_until_idle("people"));
    CHECK(ringdex.lookup("+12125550123")["match"] == "one");
    CHECK(ringdex.log().find("0123 match=one") != std::string::npos);
    CHECK((ringdex.log().find("2125550123") == std::string::npos) == masked);
    std::filesystem::remove(scene.folder() + "/stderr");
  }
}

TEST_CASE("connections over the limit are closed, and served again when others end") {
  CsvScene scene;
  const auto ringdex = scene.start(scene.config("127.0.0.1:0", R"(, "connections_max": 1)"));
  REQUIRE_MESSAGE(ringdex.serving(), ringdex.log());
  const auto status_becomes = [&](int wanted) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (std::chrono::steady_clock::now() < end) {
      if (ringdex.get("/healthz").status == wanted) return true;
    }
    return false;
  };
  auto held = std::async(std::launch::async, [&] { return ringdex.raw("", 3s); });
  CHECK(status_becomes(0));
  held.get();
  CHECK(status_becomes(200));
}

TEST_CASE("a second server on the same data folder is told so") {
  CsvScene scene;
  const auto first = scene.start(scene.config());
  REQUIRE(first.serving());
  const auto second = run_command({RINGDEX_BINARY, "serve", "--config", first.config_path()});
  CHECK(second.exit_code == 5);
  CHECK(second.out.find("another ringdex") != std::string::npos);
}

}  // namespace
}  // namespace ringdex::tests
