#include "sync/http/crm_api.h"

#include <doctest/doctest.h>

#include "sync/http/api_address.h"
#include "tests/support/scripted_http.h"

namespace ringdex::sync {
namespace {

using test_support::HttpScript;
using test_support::ScriptedHttp;

const index::TimePoint kNow{std::chrono::seconds(1'700'000'000)};

// A CRM whose token answer names where the API is.
struct Scene {
  HttpScript tokens;
  HttpScript api;
  std::vector<std::string> addresses;
  Credential credential{OAuth{"id", "secret", RefreshTokenFlow{"r"}, "/token", OAuth::Body::form, "instance_url"},
                        std::make_unique<ScriptedHttp>(tokens),
                        {}};
  std::shared_ptr<MovingHttpClient> http = std::make_shared<MovingHttpClient>(
      [this](const std::string& base_url) {
        addresses.push_back(base_url);
        return std::make_unique<ScriptedHttp>(api);
      },
      "https://login.example");
  CrmApi crm{credential, http};
  CrmApi::Rules rules;

  std::expected<HttpResponse, FetchError> get() {
    HttpRequest request;
    request.target = "/things";
    return crm.send(request, "GET /things", rules, kNow);
  }
  void give_token(const std::string& token, const std::string& address) {
    tokens.add(200, R"({"access_token":")" + token + R"(","instance_url":")" + address + "\"}");
  }
};

TEST_CASE("requests go where the token answer says, and move with it") {
  Scene scene;
  scene.give_token("a1", "https://one.example/");
  scene.api.add(200, "{}");
  REQUIRE(scene.get());
  CHECK(scene.addresses == std::vector<std::string>{"https://one.example"});
  CHECK(scene.api.asked[0].headers.at("Authorization") == "Bearer a1");
  scene.api.add(401, "");
  scene.give_token("a2", "https://two.example");
  scene.api.add(200, "{}");
  const auto answer = scene.get();
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(scene.addresses.back() == "https://two.example");
  CHECK(scene.api.asked.back().headers.at("Authorization") == "Bearer a2");
  CHECK(scene.crm.requests_sent() == 3);
}

TEST_CASE("a token that is refused twice is told, not tried for ever") {
  Scene scene;
  scene.give_token("a1", "https://one.example");
  scene.api.add(401, "");
  scene.give_token("a2", "https://one.example");
  scene.api.add(401, "");
  const auto answer = scene.get();
  REQUIRE(answer);
  CHECK(answer->status == 401);
  CHECK(scene.tokens.asked.size() == 2);
}

TEST_CASE("a credential goes to no address that is none") {
  for (const char* address :
       {"http://one.example", "https://one.example/path", "https://user@one.example", "ftp://x", "https://",
        "https://one.example:99999999", "https://one.example\\r\\nHost: x", "javascript:"}) {
    CAPTURE(address);
    Scene scene;
    scene.give_token("a1", address);
    const auto answer = scene.get();
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == FetchErrorKind::malformed);
    CHECK(scene.addresses.empty());
  }
  CHECK(is_api_address("https://acme.my.salesforce.com"));
  CHECK(is_api_address("http://127.0.0.1:8080"));
  CHECK_FALSE(is_api_address("http://127.0.0.1.evil.example"));
}

TEST_CASE("without budget nothing is sent") {
  Scene scene;
  scene.give_token("a1", "https://one.example");
  scene.rules.permit = [](index::TimePoint) { return std::optional(std::chrono::milliseconds(700)); };
  const auto answer = scene.get();
  REQUIRE_FALSE(answer);
  CHECK(answer.error().kind == FetchErrorKind::rate_limited);
  CHECK(answer.error().wait == std::chrono::milliseconds(700));
  CHECK(answer.error().http_status == 0);
  CHECK(scene.api.asked.empty());
}

TEST_CASE("a token is asked for as each CRM wants it") {
  const auto asked = [](OAuth oauth) { return *token_request(oauth, "r", kNow); };
  const auto form = asked({"id", "se&cret", RefreshTokenFlow{"r"}, "/t", OAuth::Body::form, ""});
  CHECK(form.content_type == "application/x-www-form-urlencoded");
  CHECK(form.body == "client_id=id&client_secret=se%26cret&grant_type=refresh_token&refresh_token=r");
  const auto basic = asked({"id", "secret", ClientCredentialsFlow{}, "/t", OAuth::Body::form_and_basic, ""});
  CHECK(basic.body == "grant_type=client_credentials");
  CHECK(basic.headers.at("Authorization") == "Basic aWQ6c2VjcmV0");
  const auto bad = token_request({"id", "", JwtBearerFlow{"u", "a", "no key"}, "/t", OAuth::Body::form, ""}, "", kNow);
  REQUIRE_FALSE(bad);
  CHECK(bad.error().find("RSA") != std::string::npos);
}

}  // namespace
}  // namespace ringdex::sync
