#include <doctest/doctest.h>

#include <cstdlib>
#include <random>
#include <thread>

#include "tests/end_to_end/scene.h"

// How much of it a sanitizer's slowness allows.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define RINGDEX_SLOW 1
#else
#define RINGDEX_SLOW 0
#endif

namespace ringdex::tests {
namespace {

using namespace std::chrono_literals;

std::uint64_t seed() {
  const char* given = std::getenv("RINGDEX_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20260104;
}

std::uint64_t records(const RingdexProcess& ringdex) {
  return ringdex.get("/v1/sources").body["sources"][0]["records"].get<std::uint64_t>();
}

TEST_CASE("killed again and again in the middle of syncs, the index ends equal to the source") {
  const int kills_wanted = RINGDEX_SLOW ? 8 : 50;
  std::mt19937_64 random(seed());
  MESSAGE("seed ", seed());
  ZendeskScene scene({.latency = 2ms, .users_per_page_max = 50});
  auto& zendesk = scene.zendesk();
  const auto ids = zendesk.generate(RINGDEX_SLOW ? 1'000 : 4'000, seed());
  int kills = 0;
  int kills_in_a_run = 0;
  while (kills < kills_wanted) {
    const auto ringdex = scene.start();
    REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
    // Changes go on while it syncs: edits, merges, deletions, with their webhooks. A full copy now and then.
    if (random() % 4 == 0) ringdex->post("/v1/sources/zendesk-eu/sync", R"({"kind": "full"})");
    for (int i = 0; i < 5; ++i) {
      const auto one = ids[random() % ids.size()];
      const auto other = ids[random() % ids.size()];
      switch (random() % 4) {
        case 0:
          zendesk.change_user(one, [&](auto& user) { user.name += " Jr"; });
          break;
        case 1:
          zendesk.change_user(one,
                              [&](auto& user) { user.phone = "+1212555" + std::to_string(1000 + random() % 9000); });
          break;
        case 2:
          zendesk.merge(one, other);
          break;
        case 3:
          zendesk.delete_user(one);
          break;
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 120));
    if (ringdex->get("/v1/sources").body["sources"][0]["state"] == "running") ++kills_in_a_run;
    ringdex->kill();
    ++kills;
  }
  MESSAGE(kills, " kills, ", kills_in_a_run, " of them while a run was in hand");
  CHECK(kills_in_a_run > kills_wanted / 4);
  zendesk.webhooks()->wait_until_sent();

  const auto ringdex = scene.start();
  REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
  REQUIRE(ringdex->wait_until_idle("zendesk-eu", 120s));
  // The delta from the checkpoint alone must have brought everything, whatever webhooks were lost.
  // The export shows a change once its second is over, so it is asked for until then.
  std::string left;
  for (int i = 0; i < 100; ++i) {
    ringdex->post("/v1/sources/zendesk-eu/sync", "");
    left = differences(*ringdex, zendesk, "zendesk-eu");
    if (left.empty()) break;
    std::this_thread::sleep_for(100ms);
  }
  CHECK(left == "");
  CHECK(ringdex->wait_until_idle("zendesk-eu"));
  for (const auto& run : ringdex->get("/v1/runs?limit=1000").body["runs"]) CHECK(run["outcome"] != "running");
}

TEST_CASE("a large Zendesk is mirrored, also when the server is restarted in the middle") {
  const char* given = std::getenv("RINGDEX_USERS");
  const std::size_t users = given ? std::strtoull(given, nullptr, 10) : (RINGDEX_SLOW ? 3'000 : 100'000);
  ZendeskScene scene;
  scene.zendesk().generate(users, seed());
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t before = 0;
  {
    const auto ringdex = scene.start();
    REQUIRE(ringdex->serving());
    REQUIRE(
        ringdex->wait_for("/v1/sources", [&](const auto& body) { return body["sources"][0]["records"] > users / 3; }));
    before = records(*ringdex);
    const auto [code, took] = ringdex->terminate();
    CHECK(code == 0);
    CHECK(took < 5s);
  }
  const auto exports_before = scene.zendesk().counts()["export"];
  const auto ringdex = scene.start();
  REQUIRE(ringdex->serving());
  CHECK(records(*ringdex) >= before);
  REQUIRE(ringdex->wait_until_idle("zendesk-eu", 300s));
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  MESSAGE(users, " users in ", seconds, " s with a restart at ", before);
  // It went on at the page where it stopped.
  const auto pages_left = (users - before) / 1000 + 3;
  CHECK(scene.zendesk().counts()["export"] - exports_before <= pages_left);
  CHECK(differences(*ringdex, scene.zendesk(), "zendesk-eu") == "");
}

}  // namespace
}  // namespace ringdex::tests
