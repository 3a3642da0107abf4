#include "sync/http/credential.h"

#include <doctest/doctest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <vector>

#include "tests/support/scripted_http.h"

using namespace ringdex::sync;
using ringdex::test_support::HttpScript;
using ringdex::test_support::ScriptedHttp;

namespace {

std::string pair_json(const std::string& access, const std::string& refresh) {
  return nlohmann::json{{"access_token", access}, {"refresh_token", refresh}, {"token_type", "bearer"}}.dump();
}

struct Kept {
  std::string token;
  bool works = true;
  int saves = 0;

  TokenStore store() {
    return {[this] { return token; },
            [this](const std::string& fresh) {
              ++saves;
              if (works) token = fresh;
              return works;
            }};
  }
};

std::string sent_refresh_token(const HttpRequest& request) {
  return nlohmann::json::parse(request.body)["refresh_token"];
}

const OAuth kOAuth{"id", "secret-value", RefreshTokenFlow{"configured"}};
const ringdex::index::TimePoint kNow{std::chrono::seconds(1'700'000'000)};

// An answer of the credential in short: the header's value, or what went wrong.
std::string value(const std::expected<Grant, FetchError>& grant) {
  return grant ? grant->value : std::string(to_string(grant.error().kind));
}
Grant used(const std::string& token) {
  return {"Authorization", "Bearer " + token, ""};
}

}  // namespace

TEST_CASE("an API token and a bearer token need no request and cannot be refreshed") {
  HttpScript script;
  Credential basic(basic_auth("bot@acme.example/token", "abc"), nullptr, {});
  CHECK(value(basic.authorization(kNow)) == "Basic Ym90QGFjbWUuZXhhbXBsZS90b2tlbjphYmM=");
  const auto refused = basic.after_refusal(*basic.authorization(kNow), kNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == FetchErrorKind::unauthorized);
  CHECK(refused.error().message.find("abc") == std::string::npos);
  Credential bearer(bearer_auth("xyz"), nullptr, {});
  CHECK(value(bearer.authorization(kNow)) == "Bearer xyz");
  CHECK_FALSE(bearer.after_refusal(used("xyz"), kNow));
  CHECK(script.asked.empty());
}

TEST_CASE("a rotated refresh token is saved before the pair is used") {
  HttpScript script;
  Kept kept;
  Credential credential(kOAuth, std::make_unique<ScriptedHttp>(script), kept.store());
  script.add(200, pair_json("a1", "r1"));
  CHECK(value(credential.authorization(kNow)) == "Bearer a1");
  CHECK(kept.token == "r1");
  REQUIRE(script.asked.size() == 1);
  CHECK(script.asked[0].method == "POST");
  CHECK(script.asked[0].target == "/oauth/tokens");
  CHECK(script.asked[0].content_type == "application/json");
  const auto body = nlohmann::json::parse(script.asked[0].body);
  CHECK(body["grant_type"] == "refresh_token");
  CHECK(body["refresh_token"] == "configured");
  CHECK(body["client_id"] == "id");
  CHECK(body["client_secret"] == "secret-value");
  CHECK(value(credential.authorization(kNow)) == "Bearer a1");
  CHECK(script.asked.size() == 1);

  script.add(200, pair_json("a2", "r2"));
  CHECK(value(credential.after_refusal(used("a1"), kNow)) == "Bearer a2");
  CHECK(sent_refresh_token(script.asked[1]) == "r1");
  // Someone else still has the old one: the new one is given without a request.
  CHECK(value(credential.after_refusal(used("a1"), kNow)) == "Bearer a2");
  CHECK(script.asked.size() == 2);
}

TEST_CASE("the kept refresh token goes before the configured one") {
  HttpScript script;
  Kept kept{"kept"};
  Credential credential(kOAuth, std::make_unique<ScriptedHttp>(script), kept.store());
  script.add(200, pair_json("a1", ""));  // not rotated
  CHECK(value(credential.authorization(kNow)) == "Bearer a1");
  CHECK(sent_refresh_token(script.asked[0]) == "kept");
  CHECK(kept.saves == 0);
}

TEST_CASE("a pair that could not be saved is not used, and is saved before anything else is tried") {
  HttpScript script;
  Kept kept{"kept", false};
  Credential credential(kOAuth, std::make_unique<ScriptedHttp>(script), kept.store());
  script.add(200, pair_json("a1", "r1"));
  auto failed = credential.authorization(kNow);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == FetchErrorKind::unavailable);
  CHECK(kept.token == "kept");
  failed = credential.authorization(kNow);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().kind == FetchErrorKind::unavailable);
  CHECK(script.asked.size() == 1);
  kept.works = true;
  CHECK(value(credential.authorization(kNow)) == "Bearer a1");
  CHECK(kept.token == "r1");
  CHECK(script.asked.size() == 1);
}

TEST_CASE("invalid_grant needs an admin, unless a newer token was kept or configured") {
  HttpScript script;
  const std::string refusal = R"({"error":"invalid_grant","error_description":"secret-value"})";

  Kept none;
  Credential configured_only(kOAuth, std::make_unique<ScriptedHttp>(script), none.store());
  script.add(400, refusal);
  const auto refused = configured_only.authorization(kNow);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == FetchErrorKind::unauthorized);
  CHECK(refused.error().message.find("invalid_grant") != std::string::npos);
  CHECK(refused.error().message.find("secret-value") == std::string::npos);
  CHECK(script.asked.size() == 1);

  Kept stale{"stale"};
  Credential reconfigured(kOAuth, std::make_unique<ScriptedHttp>(script), stale.store());
  script.add(400, refusal);
  script.add(200, pair_json("a1", "r1"));
  CHECK(value(reconfigured.authorization(kNow)) == "Bearer a1");
  CHECK(sent_refresh_token(script.asked.back()) == "configured");
  CHECK(stale.token == "r1");

  Kept shared{"old"};
  Credential raced(kOAuth, std::make_unique<ScriptedHttp>(script), shared.store());
  shared.token = "new";  // another process rotated it
  script.add(400, refusal);
  script.add(200, pair_json("a2", "r2"));
  CHECK(value(raced.authorization(kNow)) == "Bearer a2");
  CHECK(sent_refresh_token(script.asked.back()) == "new");
}

TEST_CASE("other failures of the token endpoint are told apart") {
  HttpScript script;
  Credential credential(kOAuth, std::make_unique<ScriptedHttp>(script), {});
  const auto kind = [&] {
    const auto result = credential.authorization(kNow);
    REQUIRE_FALSE(result);
    return result.error().kind;
  };
  script.add(500, "oh");
  CHECK(kind() == FetchErrorKind::unavailable);
  script.add(429, R"({"error":"slow"})", {{"retry-after", "5"}});
  CHECK(kind() == FetchErrorKind::rate_limited);
  script.fail(HttpFailure::Kind::timeout);
  CHECK(kind() == FetchErrorKind::unavailable);
  script.add(200, "not json");
  CHECK(kind() == FetchErrorKind::malformed);
  script.add(200, R"({"access_token":5})");
  CHECK(kind() == FetchErrorKind::malformed);
  script.add(200, R"({"access_token":"a\r\nX-Evil: 1"})");
  CHECK(kind() == FetchErrorKind::malformed);
  script.add(401, R"({"error":"invalid_client"})");
  CHECK(kind() == FetchErrorKind::unauthorized);
  CHECK(script.asked.size() == 7);
}

TEST_CASE("of many threads that meet an expired token one refreshes") {
  struct OneAtATime : HttpClient {
    std::atomic<int>& running;
    std::atomic<int>& refreshes;
    OneAtATime(std::atomic<int>& running_now, std::atomic<int>& all) : running(running_now), refreshes(all) {}
    std::expected<HttpResponse, HttpFailure> send(const HttpRequest&) override {
      CHECK(++running == 1);
      const int count = ++refreshes;
      std::this_thread::yield();
      --running;
      return HttpResponse{200, {}, pair_json("a" + std::to_string(count), "r" + std::to_string(count))};
    }
  };
  std::atomic<int> running = 0;
  std::atomic<int> refreshes = 0;
  Credential credential(kOAuth, std::make_unique<OneAtATime>(running, refreshes), {});
  REQUIRE(value(credential.authorization(kNow)) == "Bearer a1");
  std::latch start(8);
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      start.arrive_and_wait();
      if (value(credential.after_refusal(used("a1"), kNow)) == "Bearer a2") ++right;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(refreshes == 2);
  CHECK(right == 8);
}
