#include "server/api/console_session.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "server/api/console_pages.h"
#include "server/console/console_assets.h"
#include "tests/support/temp_dir.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

// The router with the console's own routes, and some that a signed-in browser asks.
struct Fixture {
  tests::TempDir dir;
  index::TimePoint now{1'763'800'000'000ms};
  ApiKeys keys{dir.file("keys.json")};
  ConsoleSessions sessions{dir.file("sessions.json"), SessionCookie(false), [this] { return now; }};
  PublicUrl public_url{"https://names.acme.example", false};
  HttpRouter router{routes(), keys, {}, &sessions};

  std::vector<HttpRoute> routes() {
    const auto account = [](const HttpRequest& request) {
      HttpResponse response;
      response.body = request.principal.account;
      return response;
    };
    std::vector<HttpRoute> all = console_session_routes(sessions, keys, public_url);
    std::ranges::move(console_page_routes(), std::back_inserter(all));
    all.push_back({.method = "GET", .path = "/v1/calls", .scope = Scope::agent, .handler = account});
    all.push_back({.method = "POST", .path = "/v1/calls", .scope = Scope::agent, .handler = account});
    all.push_back({.method = "POST", .path = "/v1/sync", .scope = Scope::admin, .handler = account});
    all.push_back({.method = "GET", .path = "/cnam", .scope = Scope::agent, .handler = account, .simple_client = true});
    return all;
  }

  struct From {
    std::string cookie = {};
    std::string key = {};
    std::string site = "same-origin";  // empty: an old browser, or none
    std::string origin = {};
    bool console = true;  // the pages' own header
    bool local = false;
    std::string known = {};  // If-None-Match
  };
  HttpResponse answer(const std::string& method, const std::string& target, const From& from,
                      const std::string& body = "") {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.from_loopback = from.local;
    const auto add = [&request](const char* name, const std::string& value) {
      if (value.empty()) return;
      NamedText& header = request.headers.add();
      header.name = name;
      header.value = value;
    };
    add("host", from.local ? "127.0.0.1:8480" : "names.acme.example");
    add("cookie", from.cookie);
    add("authorization", from.key.empty() ? "" : "Bearer " + from.key);
    add("sec-fetch-site", from.site);
    add("origin", from.origin);
    add("x-ringdex-console", from.console ? "1" : "");
    add("if-none-match", from.known);
    read_target(request);
    HttpResponse response;
    if (const HttpRoute* route = router.decide(request, response)) router.run(*route, request, response);
    return response;
  }
  static std::string code_of(const HttpResponse& response) { return json::parse(response.body).value("code", ""); }
  static std::string header(const HttpResponse& response, const std::string& name) {
    for (const auto& [known, value] : response.headers) {
      if (known == name) return value;
    }
    return {};
  }
  // The cookie as a browser sends it back.
  static std::string cookie_of(const HttpResponse& response) {
    const std::string set = header(response, "Set-Cookie");
    return set.substr(0, set.find(';'));
  }
  std::string key(const std::string& account, const std::vector<std::string>& scopes) {
    return keys.create(account, scopes, "", 0).value();
  }
  std::string sign_in(const std::string& key_text, const std::string& agent = "") {
    const HttpResponse response =
        answer("POST", "/console/session", {}, json({{"key", key_text}, {"agent", agent}}).dump());
    REQUIRE(response.status == 200);
    return cookie_of(response);
  }
};

TEST_CASE_FIXTURE(Fixture, "a browser signs in with a key, is let in as that key, and signs out") {
  const std::string cookie = sign_in(key("acme", {"agent"}), "anna");
  REQUIRE(cookie.starts_with("ringdex="));
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie}).body == "acme");
  CHECK(answer("POST", "/v1/calls", {.cookie = cookie}).body == "acme");
  CHECK(answer("POST", "/v1/sync", {.cookie = cookie}).status == 403);
  const json who = json::parse(answer("GET", "/console/session", {.cookie = cookie}).body);
  CHECK(who["account"] == "acme");
  CHECK(who["scopes"] == json{"agent"});
  CHECK(who["agent"] == "anna");
  CHECK(who["signed_in"] == true);
  const HttpResponse out = answer("DELETE", "/console/session", {.cookie = cookie});
  CHECK(out.status == 204);
  CHECK(header(out, "Set-Cookie").contains("Max-Age=0"));
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie}).status == 401);
  CHECK(answer("GET", "/console/session", {.cookie = cookie}).status == 401);
}

TEST_CASE_FIXTURE(Fixture, "who is not to sign in does not") {
  const std::string agent = key("acme", {"agent"});
  const auto status = [&](const std::string& body, const From& from = {}) {
    return answer("POST", "/console/session", from, body).status;
  };
  CHECK(status("{}") == 401);
  CHECK(status("{}", {.local = true}) == 401);
  CHECK(status(R"({"key": "rdx_x_y"})") == 401);
  CHECK(status(R"({"code": "0123"})") == 401);
  CHECK(status(json({{"key", key("acme", {"lookup", "metrics"})}}).dump()) == 403);
  CHECK(status("no json") == 400);
  CHECK(status(json({{"key", agent}, {"agent", "a\nb"}}).dump()) == 400);
  CHECK(status(json({{"key", agent}, {"more", 1}}).dump()) == 400);
  // Another site's page makes the browser send it.
  const std::string good = json({{"key", agent}}).dump();
  CHECK(status(good, {.site = "cross-site"}) == 403);
  CHECK(status(good, {.site = "same-site"}) == 403);
  CHECK(status(good, {.console = false}) == 403);
  CHECK(status(good, {.site = "", .origin = "https://evil.example"}) == 403);
  CHECK(status(good, {.site = "", .origin = "null"}) == 403);
  CHECK(status(good, {.site = "", .origin = "https://names.acme.example"}) == 200);
  CHECK(status(good) == 200);
}

TEST_CASE_FIXTURE(Fixture, "a cookie counts for this server's own pages only, and for changes only with their header") {
  const std::string cookie = sign_in(key("acme", {"agent"}));
  struct Row {
    const char* method;
    From from;
    int status;
  };
  const Row rows[] = {
      {"GET", {.cookie = cookie}, 200},
      {"HEAD", {.cookie = cookie}, 200},
      {"GET", {.cookie = cookie, .console = false}, 200},
      {"GET", {.cookie = cookie, .site = "none", .console = false}, 200},
      {"GET", {.cookie = cookie, .site = "cross-site"}, 403},
      {"GET", {.cookie = cookie, .site = "same-site"}, 403},
      {"GET", {.cookie = cookie, .site = "", .origin = "https://evil.example"}, 403},
      {"GET", {.cookie = cookie, .site = "", .origin = "https://names.acme.example.evil.example"}, 403},
      {"POST", {.cookie = cookie}, 200},
      {"POST", {.cookie = cookie, .console = false}, 403},
      {"POST", {.cookie = cookie, .site = "cross-site"}, 403},
      {"POST", {.cookie = cookie, .site = "", .origin = "https://names.acme.example"}, 200},
      {"POST", {.cookie = cookie, .site = "", .origin = "https://evil.example"}, 403},
  };
  for (const Row& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.from.site);
    CAPTURE(row.from.origin);
    CAPTURE(row.from.console);
    CHECK(answer(row.method, "/v1/calls", row.from).status == row.status);
  }
  // A key in the request decides alone, and a phone's path knows no cookie.
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie, .key = "rdx_x_y"}).status == 401);
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie, .key = key("other", {"agent"})}).body == "other");
  CHECK(answer("GET", "/cnam", {.cookie = cookie}).status == 401);
}

TEST_CASE_FIXTURE(Fixture, "a session ends with its key, with its time, and when its browser signs in anew") {
  const std::string first = key("acme", {"agent"});
  const std::string cookie = sign_in(first);
  const std::string id = keys.check(first)->key_id;
  key("acme", {"admin"});
  Principal principal{"acme", 0, id, sessions.find(cookie.substr(8))->id};
  CHECK(router.still_lets_in(principal));
  REQUIRE(keys.remove(id).value());
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie}).status == 401);
  CHECK_FALSE(router.still_lets_in(principal));

  const std::string second = sign_in(key("acme", {"agent"}));
  now += ConsoleSessions::kLifetime;
  CHECK(answer("GET", "/v1/calls", {.cookie = second}).status == 401);

  const std::string text = key("acme", {"agent"});
  const std::string third = sign_in(text);
  const auto again = answer("POST", "/console/session", {.cookie = third}, json({{"key", text}}).dump());
  CHECK(answer("GET", "/v1/calls", {.cookie = third}).status == 401);
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie_of(again)}).status == 200);
}

TEST_CASE_FIXTURE(Fixture, "a link signs an agent in once, as that agent, for as long as its maker's key is there") {
  const std::string admin = key("acme", {"admin"});
  const auto made = answer("POST", "/v1/sign-in-codes", {.key = admin}, R"({"agent": "anna"})");
  REQUIRE(made.status == 201);
  const json link = json::parse(made.body);
  CHECK(link["url"].get<std::string>().starts_with("https://names.acme.example/agent#code="));
  const std::string path = link["path"];
  const std::string body = json({{"code", path.substr(path.find('=') + 1)}}).dump();
  const auto in = answer("POST", "/console/session", {}, body);
  REQUIRE(in.status == 200);
  CHECK(json::parse(in.body)["agent"] == "anna");
  CHECK(json::parse(in.body)["scopes"] == json{"agent"});
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie_of(in)}).body == "acme");
  CHECK(answer("POST", "/v1/sync", {.cookie = cookie_of(in)}).status == 403);
  const auto second = answer("POST", "/console/session", {}, body);
  CHECK(second.status == 401);
  CHECK(code_of(second) == "code_used");

  // A link makes no further links; an admin's browser does, and so does a key.
  CHECK(answer("POST", "/v1/sign-in-codes", {.cookie = cookie_of(in)}).status == 403);
  CHECK(answer("POST", "/v1/sign-in-codes", {.cookie = sign_in(key("acme", {"agent"}))}).status == 403);
  CHECK(answer("POST", "/v1/sign-in-codes", {.cookie = sign_in(admin)}).status == 201);
  CHECK(answer("POST", "/v1/sign-in-codes", {.key = key("acme", {"agent"})}).status == 201);
  // The cookie of a link says nothing beside a key.
  CHECK(json::parse(answer("GET", "/console/session", {.cookie = cookie_of(in), .key = admin}).body)["agent"] == "");

  const std::string other = json::parse(answer("POST", "/v1/sign-in-codes", {.key = admin}).body)["path"];
  key("acme", {"admin"});
  REQUIRE(keys.remove(keys.check(admin)->key_id).value());
  const auto late = answer("POST", "/console/session", {}, json({{"code", other.substr(12)}}).dump());
  CHECK(late.status == 401);
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie_of(in)}).status == 401);
  CHECK(answer("POST", "/v1/sign-in-codes", {.key = key("acme", {"lookup"})}).status == 403);
}

TEST_CASE_FIXTURE(Fixture, "without keys this machine needs no sign-in, and an agent has a name all the same") {
  const From local{.local = true};
  const json before = json::parse(answer("GET", "/console/session", local).body);
  CHECK(before["signed_in"] == false);
  CHECK(before["account"] == "default");
  const auto in = answer("POST", "/console/session", local, R"({"agent": "204"})");
  REQUIRE(in.status == 200);
  const std::string cookie = cookie_of(in);
  CHECK(json::parse(answer("GET", "/console/session", {.cookie = cookie, .local = true}).body)["agent"] == "204");
  CHECK(answer("POST", "/console/session", {}, R"({"agent": "204"})").status == 401);
  CHECK(answer("POST", "/console/session", {.site = "cross-site", .local = true}, "{}").status == 403);
  CHECK(answer("GET", "/console/session", {.cookie = cookie}).status == 401);
  // What was open to all of this machine ends with the first key.
  const std::string first = key("acme", {"agent"});
  CHECK(answer("GET", "/v1/calls", {.cookie = cookie, .local = true}).status == 401);
  CHECK(answer("GET", "/console/session", {.cookie = cookie, .local = true}).status == 401);
  const auto with_key = answer("GET", "/console/session", {.cookie = cookie, .key = first});
  CHECK(json::parse(with_key.body)["signed_in"] == false);
}

TEST_CASE_FIXTURE(Fixture,
                  "the pages are open, under a policy that lets in nothing from outside, and are asked for again") {
  REQUIRE(console_assets().size() > 8);
  key("acme", {"agent"});
  for (const ConsoleAsset& asset : console_assets()) {
    CAPTURE(asset.file);
    const std::string file(asset.file);
    const bool is_page = file.ends_with(".html");
    const std::string path = is_page ? "/" + file.substr(0, file.size() - 5) : "/console/" + file;
    const HttpResponse response = answer("GET", path, {.site = ""});
    REQUIRE(response.status == 200);
    std::ifstream source(std::string(RINGDEX_SOURCE_DIR) + "/server/console/" + file, std::ios::binary);
    std::stringstream text;
    text << source.rdbuf();
    CHECK(response.body == text.str());
    CHECK(response.cache_control == "no-cache");
    CHECK(header(response, "Content-Security-Policy").contains("default-src 'none'; script-src 'self'"));
    CHECK_FALSE(header(response, "Content-Security-Policy").contains("unsafe"));
    CHECK(header(response, "X-Content-Type-Options") == "nosniff");
    const HttpResponse again = answer("GET", path, {.known = "W/\"other\", " + header(response, "ETag")});
    CHECK(again.status == 304);
    CHECK(again.body.empty());
    CHECK(answer("GET", path, {.known = "\"other\""}).status == 200);
  }
  CHECK(answer("GET", "/agent", {}).content_type == "text/html; charset=utf-8");
  CHECK(answer("GET", "/console/api.js", {}).content_type == "text/javascript; charset=utf-8");
  CHECK(header(answer("GET", "/", {}), "Location") == "/agent");
  for (const char* path : {"/console/", "/console/../keys.json", "/console/%2e%2e/keys.json", "/agent.html"}) {
    CHECK(answer("GET", path, {}).status == 404);
  }
}

}  // namespace
}  // namespace ringdex::server
