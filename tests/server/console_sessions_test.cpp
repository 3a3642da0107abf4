#include "server/access/console_sessions.h"

#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/support/temp_dir.h"

namespace ringdex::server {
namespace {

using namespace std::chrono_literals;

struct Fixture {
  tests::TempDir dir;
  index::TimePoint now{1'763'800'000'000ms};
  ConsoleSessions sessions = make();
  const Principal agent{"acme", static_cast<unsigned>(Scope::agent), "k1", ""};
  const Principal admin{"acme", static_cast<unsigned>(Scope::admin), "k2", ""};

  ConsoleSessions make() {
    return {dir.file("sessions.json"), SessionCookie(false), [this] { return now; }};
  }
  // Adds so many of acme's to the file, which end later than those that stand there.
  void write_sessions(std::size_t count) const {
    auto all = nlohmann::json::parse(stored());
    auto one = all.at(0);
    one["account"] = "acme";
    one["expires_at"] = (now + ConsoleSessions::kLifetime).time_since_epoch().count();
    for (std::size_t i = 0; i < count; ++i) {
      one["id"] = std::to_string(i);
      all.push_back(one);
    }
    std::ofstream(dir.file("sessions.json")) << all.dump();
  }
  std::string stored() const {
    std::ifstream file(dir.file("sessions.json"));
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
};

TEST_CASE_FIXTURE(Fixture, "a session is found by its token, over a restart, until it ends or is closed") {
  const auto opened = sessions.open(agent, "anna");
  REQUIRE(opened);
  CHECK(opened->session.account == "acme");
  CHECK(opened->session.agent == "anna");
  CHECK(sessions.find(opened->token) == opened->session);
  CHECK(sessions.holds(opened->session.id));
  CHECK_FALSE(sessions.find(opened->session.id));
  CHECK_FALSE(sessions.find(""));
  CHECK_FALSE(sessions.find(opened->token + "0"));
  CHECK(stored().contains(opened->session.id));
  CHECK_FALSE(stored().contains(opened->token));

  ConsoleSessions later = make();
  REQUIRE(later.load());
  CHECK(later.find(opened->token) == opened->session);
  now += ConsoleSessions::kLifetime - 1s;
  CHECK(later.find(opened->token));
  now += 1s;
  CHECK_FALSE(later.find(opened->token));
  CHECK_FALSE(later.holds(opened->session.id));

  const auto second = later.open(agent, "");
  REQUIRE(second);
  CHECK_FALSE(stored().contains(opened->session.id));
  CHECK(later.close(second->token).value());
  CHECK_FALSE(later.close(second->token).value());
  CHECK_FALSE(later.find(second->token));
  CHECK_FALSE(stored().contains(second->session.id));
}

TEST_CASE_FIXTURE(Fixture, "a broken file is an error that names it, and a missing one is none") {
  CHECK(sessions.load());
  for (const char* text : {"{", "[1]", "[{\"id\": \"x\"}]", "{}", "[{\"id\": 5}]"}) {
    CAPTURE(text);
    std::ofstream(dir.file("sessions.json")) << text;
    const auto loaded = sessions.load();
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().contains("sessions.json"));
  }
}

TEST_CASE_FIXTURE(Fixture, "a code signs in once, as an agent of the account that made it, and not for long") {
  const auto code = sessions.make_code(admin, "anna");
  REQUIRE(code);
  CHECK_FALSE(sessions.redeem(""));
  CHECK_FALSE(sessions.redeem(code->text.substr(1)));
  const auto redeemed = sessions.redeem(code->text);
  REQUIRE(redeemed);
  CHECK(redeemed->agent == "anna");
  CHECK(redeemed->principal.account == "acme");
  CHECK(redeemed->principal.key_id == "k2");
  CHECK(redeemed->principal.may(Scope::agent));
  CHECK_FALSE(redeemed->principal.may(Scope::admin | Scope::lookup | Scope::metrics));
  CHECK_FALSE(sessions.redeem(code->text));

  const auto late = sessions.make_code(admin, "");
  REQUIRE(late);
  now += ConsoleSessions::kCodeLifetime;
  CHECK_FALSE(sessions.redeem(late->text));
}

TEST_CASE_FIXTURE(
    Fixture,
    "no more of an account's codes and sessions are kept than the limit, and none gives way to another account's") {
  const Principal other{"other", static_cast<unsigned>(Scope::agent), "k3", ""};
  const std::string others_code = sessions.make_code(other, "")->text;
  const std::string others_token = sessions.open(other, "")->token;
  std::vector<std::string> codes;
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < 3; ++i) {
    codes.push_back(sessions.make_code(admin, "")->text);
    tokens.push_back(sessions.open(admin, "")->token);
    now += 1s;
  }
  for (std::size_t i = 0; i < ConsoleSessions::kCodesMax - 2; ++i) REQUIRE(sessions.make_code(admin, ""));
  CHECK_FALSE(sessions.redeem(codes[0]));
  CHECK(sessions.redeem(codes[1]));
  CHECK(sessions.redeem(codes[2]));
  CHECK(sessions.redeem(others_code));

  // As many as a file may hold.
  write_sessions(ConsoleSessions::kSessionsMax - 3);
  REQUIRE(sessions.load());
  REQUIRE(sessions.find(tokens[0]));
  REQUIRE(sessions.open(admin, ""));
  CHECK_FALSE(sessions.find(tokens[0]));
  CHECK(sessions.find(tokens[1]));
  CHECK(sessions.find(others_token));
}

TEST_CASE_FIXTURE(Fixture, "a browser that signs in anew leaves no session behind, and one that signed out stays so") {
  const auto first = sessions.open(agent, "anna");
  const auto second = sessions.open(agent, "bob", first->token);
  CHECK_FALSE(sessions.find(first->token));
  CHECK(sessions.find(second->token));
  ConsoleSessions later = make();
  REQUIRE(later.load());
  CHECK_FALSE(later.find(first->token));
  // Of many that come and go at once, those that signed out are out.
  std::vector<std::jthread> browsers;
  std::array<std::array<std::string, 2>, 4> tokens;
  for (auto& own : tokens) {
    browsers.emplace_back([&] {
      for (std::string& token : own) token = sessions.open(agent, "")->token;
      sessions.close(own[0]).value();
    });
  }
  browsers.clear();
  for (const auto& own : tokens) {
    CHECK_FALSE(sessions.find(own[0]));
    CHECK(sessions.find(own[1]));
  }
}

TEST_CASE("the cookie is found among others, under the name that fits the way to the server") {
  const SessionCookie plain(false);
  const SessionCookie over_tls(true);
  CHECK(plain.token_in("ringdex=abc") == "abc");
  CHECK(plain.token_in("a=b; ringdex=abc; c=d") == "abc");
  CHECK(plain.token_in("a=b;ringdex=abc") == "abc");
  CHECK(plain.token_in("ringdex=first; ringdex=second") == "first");
  CHECK(over_tls.token_in("ringdex=abc; __Host-ringdex=def") == "def");
  for (const char* none :
       {"", ";", "ringdex", "ringdex=", "xringdex=abc", "__Host-ringdex=def", " ; ;=", "RINGDEX=a"}) {
    CAPTURE(none);
    CHECK(plain.token_in(none).empty());
  }
  CHECK(plain.set("abc", 60s) == "ringdex=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
  CHECK(over_tls.set("abc", 60s) == "__Host-ringdex=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure");
  CHECK(plain.clear() == "ringdex=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
}

}  // namespace
}  // namespace ringdex::server
