#include "server/http/http_router.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>

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
        .path = "/cnam",
        .scope = Scope::lookup,
        .handler = echo,
        .simple_client = true,
        .refusal_text =
            [](const HttpRequest& refused) {
              const std::string* name = refused.parameter("name");
              return name == nullptr ? std::string() : *name;
            }},
       {.method = "GET",
        .path = "/phonebook",
        .scope = Scope::lookup,
        .handler = [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); },
        .simple_client = true},
       {.method = "GET",
        .path = "/throws",
        .scope = Scope::lookup,
        .handler = [](const HttpRequest&) -> HttpResponse { throw std::runtime_error("no"); }}},
      keys,
      {.networks = TrustedNetworks({{boost::asio::ip::make_address("192.0.2.0"), 24, "acme"}}),
       .host_names = {"pbx-names.example"}}};
  const boost::asio::ip::address trusted = boost::asio::ip::make_address("192.0.2.7");

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

TEST_CASE_FIXTURE(Fixture,
                  "a simple client brings its key in the query or as HTTP Basic, and sees no words of a refusal") {
  const std::string key = keys.create("acme", {"lookup"}, "", 0).value();
  const std::string admin = keys.create("acme", {"admin"}, "", 0).value();
  const auto basic = [](const std::string& text) {
    std::string encoded(text.size() * 2 + 4, '\0');
    const int bytes =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    return "Basic " + encoded.substr(0, static_cast<std::size_t>(bytes));
  };
  CHECK(status(request("GET", "/cnam?key=" + key)) == 200);
  CHECK(status(request("GET", "/cnam?auth_token=" + key)) == 200);
  for (const std::string& text : {"pbx:" + key, key, key + ":", ":" + key}) {
    CAPTURE(text);
    CHECK(status(request("GET", "/cnam", {{"authorization", basic(text)}})) == 200);
  }
  CHECK(status(request("GET", "/v1/things/1?key=" + key)) == 401);
  CHECK(status(request("GET", "/v1/things/1", {{"authorization", basic("pbx:" + key)}})) == 401);
  for (const HttpRequest& refused :
       {request("GET", "/cnam"), request("GET", "/cnam?key=rdx_x_y"), request("GET", "/cnam?key=" + admin),
        request("POST", "/cnam?key=" + key), request("GET", "/cnam", {{"authorization", "Basic ===="}}),
        request("GET", "/cnam", {{"authorization", "Basic "}})}) {
    const HttpResponse response = answer(refused);
    CHECK(response.status >= 401);
    CHECK(response.body.empty());
  }
  const HttpResponse refused = answer(request("GET", "/cnam?name=Smith"));
  CHECK(refused.body == "Smith");
  const std::pair<std::string, std::string> challenge{"WWW-Authenticate", "Basic realm=\"ringdex\""};
  CHECK(refused.headers.front() == challenge);
  const HttpResponse failed = answer(request("GET", "/phonebook?key=" + key));
  CHECK(failed.status == 500);
  CHECK(failed.body.empty());
}

TEST_CASE_FIXTURE(Fixture, "a trusted network asks without a key, for itself and by a name that is ours") {
  const auto from = [&](const std::string& target, ReusedList<NamedText> headers) {
    HttpRequest made = request("GET", target, std::move(headers));
    made.from_loopback = false;
    made.network_account = router.account_of(trusted);
    return made;
  };
  REQUIRE(router.account_of(trusted) != nullptr);
  keys.create("other", {"lookup"}, "", 0).value();
  HttpRequest good = from("/cnam", {{"host", "192.0.2.1:8480"}});
  HttpResponse refusal;
  REQUIRE(router.decide(good, refusal));
  CHECK(good.principal.account == "acme");
  CHECK_FALSE(good.principal.may(Scope::admin));
  CHECK(status(from("/cnam", {{"host", "PBX-names.example"}})) == 200);
  CHECK(status(from("/cnam", {{"host", "[2001:db8::1]:8480"}})) == 200);
  CHECK(status(from("/cnam", {})) == 200);
  // A browser there may be told any name for our address, or send what a page of another site wants.
  CHECK(status(from("/cnam", {{"host", "rebound.example"}})) == 401);
  CHECK(status(from("/cnam", {{"host", "192.0.2.1"}, {"origin", "https://evil.example"}})) == 401);
  CHECK(status(from("/cnam", {{"host", "192.0.2.1"}, {"sec-fetch-site", "cross-site"}})) == 401);
  CHECK(status(from("/cnam", {{"host", "192.0.2.1"}, {"x-forwarded-for", "198.51.100.1"}})) == 401);
  CHECK(status(from("/cnam?key=rdx_x_y", {{"host", "192.0.2.1"}})) == 401);
  CHECK(status(from("/v1/things/1", {{"host", "192.0.2.1"}})) == 401);
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
