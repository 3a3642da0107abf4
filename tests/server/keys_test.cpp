#include "server/api/keys.h"

#include <fstream>
#include <sstream>
#include <thread>

#include "config/logging/log.h"
#include "tests/server/api_scene.h"

namespace ringdex::server {
namespace {

struct Scene : ApiScene {
  Scene() {
    serve(key_routes(keys, [] { return kNow; }));
  }
  std::string id(const std::string& text) const { return std::string(ApiKeys::id_of(text)); }
  ApiKeys on_disk() const { return ApiKeys(dir.file("keys.json")); }
  // As the command line does it, in a process of its own.
  std::string made_outside(const std::vector<std::string>& scopes, const std::string& account = "default") {
    ApiKeys other(dir.file("keys.json"));
    REQUIRE(other.load());
    return other.create(account, scopes, "", 0).value();
  }
};

std::vector<std::string> listed(const ApiScene::Answer& answer) {
  std::vector<std::string> ids;
  for (const auto& key : answer.body.at("keys")) ids.push_back(key.at("id"));
  return ids;
}

// What is logged meanwhile.
class Log {
 public:
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  log::IntoStream into_{text_};
};

TEST_CASE_FIXTURE(Scene, "a key that is made works at once, is shown once and logged never") {
  const std::string admin = key({"admin"});
  const Log log;
  const auto made = ask("POST", "/v1/keys", admin, R"({"scopes": ["lookup", "agent", "lookup"], "note": "the PBX"})");
  REQUIRE(made.status == 201);
  const std::string text = made.body["key"];
  CHECK(made.body["id"] == id(text));
  CHECK(made.body["scopes"] == Json({"agent", "lookup"}));
  CHECK(made.body["note"] == "the PBX");
  CHECK(made.body["created_at"] == "2027-01-15T08:00:00Z");
  const auto principal = keys.check(text);
  REQUIRE(principal);
  CHECK(principal->account == "default");
  CHECK(principal->may(Scope::agent));
  CHECK_FALSE(principal->may(Scope::admin));

  const auto all = get("/v1/keys", admin);
  REQUIRE(all.body["keys"].size() == 2);
  CHECK(all.body["keys"][0]["this_one"] == true);
  CHECK(all.body["keys"][0]["id"] == id(admin));
  CHECK(all.body["keys"][1]["this_one"] == false);
  CHECK(all.body["keys"][1]["note"] == "the PBX");
  const std::string secret = text.substr(text.rfind('_') + 1);
  CHECK_FALSE(all.response.body.contains(secret));
  CHECK_FALSE(all.response.body.contains("sha256"));
  CHECK(log.text().contains(id(text)));
  CHECK_FALSE(log.text().contains(secret));

  CHECK(ask("DELETE", "/v1/keys/" + id(text), admin).body["removed"] == id(text));
  CHECK_FALSE(keys.check(text));
  CHECK(ask("DELETE", "/v1/keys/" + id(text), admin).code == "key_unknown");
}

TEST_CASE_FIXTURE(Scene, "the first key must be an admin's, and then every request needs one") {
  CHECK(get("/v1/keys", "").body["keys"].empty());
  CHECK(ask("POST", "/v1/keys", "", R"({"scopes": ["lookup"]})").code == "first_key_needs_admin");
  CHECK(keys.empty());
  const auto first = ask("POST", "/v1/keys", "", R"({"scopes": ["lookup", "admin"]})");
  REQUIRE(first.status == 201);
  const std::string with = first.body["key"];
  CHECK(ask("POST", "/v1/keys", "", R"({"scopes": ["lookup"]})").status == 401);
  CHECK(ask("POST", "/v1/keys", with, R"({"scopes": ["lookup"]})").status == 201);
}

TEST_CASE_FIXTURE(Scene, "another account's keys are neither shown nor removed") {
  const std::string mine = key({"admin"});
  const std::string others = key({"admin"}, "other");
  CHECK(listed(get("/v1/keys", mine)) == std::vector<std::string>{id(mine)});
  CHECK(ask("DELETE", "/v1/keys/" + id(others), mine).status == 404);
  CHECK(keys.check(others));
  const auto made = ask("POST", "/v1/keys", others, R"({"scopes": ["agent"]})");
  CHECK(keys.check(made.body["key"].get<std::string>())->account == "other");
}

TEST_CASE_FIXTURE(Scene, "an account keeps an admin as long as it has other keys") {
  const std::string admin = key({"admin"});
  const std::string lookup = key({"lookup"});
  const std::string others = key({"admin"}, "other");
  const auto refused = ask("DELETE", "/v1/keys/" + id(admin), admin);
  CHECK(refused.status == 409);
  CHECK(refused.code == "last_admin_key");
  CHECK(keys.check(admin));
  SUBCASE("another admin may go on") {
    key({"admin", "metrics"});
    CHECK(ask("DELETE", "/v1/keys/" + id(admin), admin).status == 200);
    CHECK(get("/v1/keys", admin).status == 401);
  }
  SUBCASE("the only key may go") {
    CHECK(ask("DELETE", "/v1/keys/" + id(lookup), admin).status == 200);
    CHECK(ask("DELETE", "/v1/keys/" + id(admin), admin).status == 200);
    CHECK(keys.check(others));
  }
}

TEST_CASE_FIXTURE(Scene, "the server's last key is not removed over the network, which would open it to its machine") {
  const std::string admin = key({"admin"}, "other");
  const auto refused = ask("DELETE", "/v1/keys/" + id(admin), admin);
  CHECK(refused.status == 409);
  CHECK(refused.code == "last_key");
  CHECK(keys.check(admin));
  key({"lookup"});
  CHECK(ask("DELETE", "/v1/keys/" + id(admin), admin).status == 200);
}

TEST_CASE_FIXTURE(Scene, "keys that the command line made or removed a moment ago are not lost") {
  const std::string admin = key({"admin"});
  const std::string outside = made_outside({"lookup"});
  const auto made = ask("POST", "/v1/keys", admin, R"({"scopes": ["lookup"]})");
  REQUIRE(made.status == 201);
  CHECK(keys.check(outside));
  const std::string later = made_outside({"metrics"});
  CHECK(ask("DELETE", "/v1/keys/" + made.body["id"].get<std::string>(), admin).status == 200);
  for (ApiKeys seen = on_disk(); const std::string& text : {outside, later, admin}) {
    REQUIRE(seen.load());
    CHECK(seen.check(text));
    CHECK(keys.check(text));
  }
  ApiKeys other = on_disk();
  REQUIRE(other.remove(id(outside)).value());
  CHECK(ask("POST", "/v1/keys", admin, R"({"scopes": ["lookup"]})").status == 201);
  CHECK_FALSE(keys.check(outside));
}

TEST_CASE_FIXTURE(Scene, "who was let in by what is no longer so changes nothing") {
  SUBCASE("there were no keys, and now there is one") {
    made_outside({"admin"});
    CHECK(ask("POST", "/v1/keys", "", R"({"scopes": ["admin"]})").code == "unauthorized");
  }
  SUBCASE("the key was taken back") {
    const std::string admin = key({"admin"});
    const std::string lookup = key({"lookup"});
    ApiKeys other = on_disk();
    REQUIRE(other.remove(id(admin)).value());
    CHECK(ask("DELETE", "/v1/keys/" + id(lookup), admin).code == "unauthorized");
  }
  ApiKeys seen = on_disk();
  REQUIRE(seen.load());
  CHECK(seen.list().size() == 1);
}

TEST_CASE_FIXTURE(Scene, "two that change the file at the same time both succeed") {
  const Log quiet;
  const std::string admin = key({"admin"});
  constexpr int kEach = 25;
  ApiKeys other(dir.file("keys.json"));
  std::thread outside([&] {
    for (int i = 0; i < kEach; ++i) CHECK(other.create("default", {"lookup"}, "", 0));
  });
  for (int i = 0; i < kEach; ++i) CHECK(ask("POST", "/v1/keys", admin, R"({"scopes": ["agent"]})").status == 201);
  outside.join();
  ApiKeys seen = on_disk();
  REQUIRE(seen.load());
  CHECK(seen.list().size() == 1 + 2 * kEach);
}

TEST_CASE_FIXTURE(Scene, "hostile requests are refused and change nothing") {
  const std::string admin = key({"admin"});
  const std::string agent = key({"agent", "lookup", "metrics"});
  for (const char* bad : {R"({})", R"({"scopes": []})", R"({"scopes": ["root"]})", R"({"scopes": [""]})",
                          R"({"scopes": ["lookup", "LOOKUP"]})"}) {
    CHECK(ask("POST", "/v1/keys", admin, bad).status == 400);
  }
  for (const std::string bad :
       {R"({"scopes": "lookup"})", R"({"scopes": [1]})", R"({"scopes": ["a","b","c","d","e"]})", "[", "[]",
        R"({"scopes": ["lookup"], "note": "a\nb"})", R"({"scopes": ["lookup"], "account": "other"})",
        R"({"scopes": ["lookup"], "note": {}})"}) {
    CHECK(ask("POST", "/v1/keys", admin, bad).status == 400);
  }
  CHECK(ask("POST", "/v1/keys", admin, R"({"scopes": ["lookup"], "note": ")" + std::string(201, 'x') + "\"}").status ==
        400);
  for (const char* path : {"/v1/keys/..", "/v1/keys/%00", "/v1/keys/%0aX", "/v1/keys/nobody"}) {
    CHECK(ask("DELETE", path, admin).code == "key_unknown");
  }
  CHECK(get("/v1/keys", agent).code == "scope_missing");
  CHECK(ask("POST", "/v1/keys", agent, R"({"scopes": ["admin"]})").code == "scope_missing");
  CHECK(ask("DELETE", "/v1/keys/" + id(agent), agent).code == "scope_missing");
  CHECK(keys.list().size() == 2);
  SUBCASE("a file that cannot be read is not written over") {
    std::ofstream(dir.file("keys.json"), std::ios::trunc) << "[{]";
    CHECK(ask("POST", "/v1/keys", admin, R"({"scopes": ["lookup"]})").code == "store_failed");
    CHECK(keys.check(admin));
    std::stringstream file;
    file << std::ifstream(dir.file("keys.json")).rdbuf();
    CHECK(file.str() == "[{]");
  }
}

}  // namespace
}  // namespace ringdex::server
