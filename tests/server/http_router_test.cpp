#include "server/http_router.h"

#include <doctest/doctest.h>

#include <stdexcept>

#include "tests/support/temp_dir.h"

namespace ringdex::server {
namespace {

HttpResponse echo(const HttpRequest& request) {
  HttpResponse response;
  for (const auto& parameter : request.parameters) response.body += parameter + ";";
  return response;
}

struct Fixture {
  tests::TempDir dir;
  ApiKeys keys{dir.file("keys.json")};
  HttpRouter router{
      {{.method = "GET", .path = "/v1/things/{id}", .scope = Scope::lookup, .handler = echo},
       {.method = "POST", .path = "/v1/things/{id}", .scope = Scope::admin, .handler = echo},
       {.method = "PUT", .path = "/v1/agents/{id}", .scope = Scope::agent | Scope::admin, .handler = echo},
       {.method = "DELETE", .path = "/v1/agents/{id}", .scope = Scope::agent, .handler = echo},
       {.method = "GET", .path = "/open", .handler = echo, .open = true},
       {.method = "GET",
        .path = "/throws",
        .scope = Scope::lookup,
        .handler = [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); }}},
      keys};

  HttpRequest request(const std::string& method, const std::string& target,
                      ReusedList<NamedText> headers = {{"host", "localhost:8480"}}) {
    HttpRequest made;
    made.method = method;
    made.target = target;
    made.headers = std::move(headers);
    made.from_loopback = true;
    read_target(made);
    return made;
  }
  HttpResponse answer(HttpRequest made) {
    HttpResponse response;
    if (const HttpRoute* route = router.decide(made, response)) router.run(*route, made, response);
    return response;
  }
  int status(const HttpRequest& made) { return answer(made).status; }
};

TEST_CASE_FIXTURE(Fixture, "paths and methods") {
  CHECK(answer(request("GET", "/v1/things/a%2Fb")).body == "a/b;");
  CHECK(status(request("HEAD", "/v1/things/1")) == 200);
  CHECK(status(request("GET", "/v1/things")) == 404);
  CHECK(status(request("GET", "/v1/things/1/2")) == 404);
  const auto refused = answer(request("DELETE", "/v1/things/1"));
  CHECK(refused.status == 405);
  CHECK(refused.headers.at(0) == std::pair<std::string, std::string>("Allow", "GET, POST"));
  CHECK(status(request("GET", "/throws")) == 500);
}

TEST_CASE_FIXTURE(Fixture, "without keys only local programs are served") {
  struct Row {
    ReusedList<NamedText> headers;
    bool loopback;
    int status;
  };
  const Row rows[] = {
      {{{"host", "localhost"}}, true, 200},
      {{{"host", "127.0.0.1:8480"}}, true, 200},
      {{{"host", "127.1.2.3"}}, true, 200},
      {{{"host", "[::1]:8480"}}, true, 200},
      {{}, true, 200},
      {{{"host", "localhost"}}, false, 401},
      {{{"host", "evil.example"}}, true, 401},
      {{{"host", "127.0.0.1.evil.example"}}, true, 401},
      {{{"host", "localhost"}, {"x-forwarded-for", "10.0.0.1"}}, true, 401},
      {{{"host", "localhost"}, {"forwarded", "for=10.0.0.1"}}, true, 401},
      {{{"host", "localhost"}, {"origin", "https://evil.example"}}, true, 401},
      {{{"host", "localhost"}, {"origin", "http://localhost:8480"}}, true, 200},
      {{{"host", "localhost"}, {"sec-fetch-site", "cross-site"}}, true, 401},
      {{{"host", "localhost"}, {"sec-fetch-site", "none"}}, true, 200},
  };
  for (const Row& row : rows) {
    HttpRequest made = request("GET", "/v1/things/1", row.headers);
    made.from_loopback = row.loopback;
    CHECK(status(made) == row.status);
    made = request("GET", "/open", row.headers);
    made.from_loopback = row.loopback;
    CHECK(status(made) == 200);
  }
}

TEST_CASE_FIXTURE(Fixture, "with keys the key decides, wherever it comes from") {
  const std::string key = keys.create("acme", {"lookup"}, "", 0).value();
  CHECK(status(request("GET", "/v1/things/1")) == 401);
  HttpRequest with_key = request("GET", "/v1/things/1", {{"authorization", "Bearer " + key}});
  with_key.from_loopback = false;
  HttpResponse refusal;
  REQUIRE(router.decide(with_key, refusal));
  CHECK(with_key.principal.account == "acme");
  CHECK(status(request("POST", "/v1/things/1", {{"x-api-key", key}})) == 403);
  CHECK(status(request("GET", "/v1/things/1", {{"authorization", "Basic " + key}})) == 401);
}

TEST_CASE_FIXTURE(Fixture, "of several scopes each is enough") {
  for (const auto& [scope, expected] : {std::pair{"lookup", 403}, {"agent", 200}, {"admin", 200}, {"metrics", 403}}) {
    const std::string key = keys.create("acme", {scope}, "", 0).value();
    CHECK(status(request("PUT", "/v1/agents/7", {{"x-api-key", key}})) == expected);
  }
  const std::string admin = keys.create("acme", {"admin"}, "", 0).value();
  CHECK(status(request("DELETE", "/v1/agents/7", {{"x-api-key", admin}})) == 403);
}

}  // namespace
}  // namespace ringdex::server
