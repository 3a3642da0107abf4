#include "server/api/record_search.h"

#include <fmt/format.h>

#include <set>

#include "index/history/inbox.h"
#include "server/api/lookup.h"
#include "server/api/records.h"
#include "sync/mirror/sync_scheduler.h"
#include "tests/server/api_scene.h"

namespace ringdex::server {
namespace {

struct Scene : ApiScene {
  Scene() { serve(record_search_routes(directory)); }
  std::string lookup_key = key({"lookup"});
};

std::vector<std::string> ids(const ApiScene::Answer& answer) {
  std::vector<std::string> all;
  for (const auto& record : answer.body.at("records")) all.push_back(record.at("id"));
  return all;
}

TEST_CASE_FIXTURE(Scene, "people are found by the words of their names, as a record is shown") {
  put({person("1", "Anna Berg", {"+12125550123"}), person("2", "Bo Berger", {"+12125550124"}),
       person("3", "Anna Nobody", {})});
  put({person("9", "Anna Other", {"+12125550123"})}, "other");
  put({person("8", "Anna Gone", {"+12125550125"}, "unconfigured")});
  const auto found = get("/v1/records?name=ann", lookup_key);
  REQUIRE(found.status == 200);
  // Also whom no phone could call: an admin looks why nobody finds him.
  CHECK(ids(found) == std::vector<std::string>{"crm:contact:1", "crm:contact:3"});
  CHECK(found.body["next"].is_null());
  CHECK(found.body["complete"] == true);
  const auto& record = found.body["records"][0];
  CHECK(record["name"] == "Anna Berg");
  CHECK(record["phones"][0]["e164"] == "+12125550123");
  CHECK_FALSE(record.contains("aliases"));
  CHECK(ids(get("/v1/records", lookup_key)) ==
        std::vector<std::string>{"crm:contact:1", "crm:contact:3", "crm:contact:2"});
  CHECK(ids(get("/v1/records?name=", key({"agent"}, "other"))) == std::vector<std::string>{"crm:contact:9"});
}

TEST_CASE_FIXTURE(Scene, "pages go on to the end, each person once") {
  std::vector<index::Record> records;
  for (int i = 0; i < 57; ++i) {
    // Words with bytes beyond ASCII, so that a cursor holds any bytes.
    records.push_back(person(std::to_string(i), fmt::format("Ы{} Ärztin", i % 5), {"+12125550123"}));
  }
  put(records);
  for (const std::string name : {"", "%C3%84r"}) {
    std::set<std::string> seen;
    std::string behind;
    std::size_t pages = 0;
    do {
      const auto page = get("/v1/records?limit=10&name=" + name + behind, lookup_key);
      REQUIRE(page.status == 200);
      for (const std::string& id : ids(page)) REQUIRE(seen.insert(id).second);
      const auto& next = page.body["next"];
      behind = next.is_null() ? "" : "&behind=" + next.get<std::string>();
      REQUIRE(++pages < 100);
    } while (!behind.empty());
    CHECK(seen.size() == 57);
    CHECK(pages == 6);
  }
}

TEST_CASE_FIXTURE(Scene, "hostile queries are refused or do no harm") {
  put({person("1", "Anna", {"+12125550123"})});
  for (const std::string bad : {"x", "0", "zz", "%00%00", "0g", "+1", "123"}) {
    CHECK(get("/v1/records?behind=" + bad, lookup_key).code == "bad_cursor");
  }
  for (const std::string odd : {"", "00", "ff", "00ff00ff", "ABCD"}) {
    CHECK(get("/v1/records?behind=" + odd, lookup_key).status == 200);
  }
  CHECK(get("/v1/records?behind=" + std::string(8'000, 'f'), lookup_key).body["records"].empty());
  CHECK(get("/v1/records?name=" + std::string(8'000, 'a'), lookup_key).body["records"].empty());
  CHECK(get("/v1/records?name=%ff%fe%00", lookup_key).status == 200);
  for (const std::string bad : {"0", "201", "-1", "x", "1e3", ""}) {
    CHECK(get("/v1/records?limit=" + bad, lookup_key).code == "bad_limit");
  }
  CHECK(get("/v1/records", key({"metrics"})).code == "scope_missing");
  CHECK(get("/v1/records", "").status == 401);
}

TEST_CASE_FIXTURE(ApiScene, "agents and admins read records and look numbers up") {
  Metrics metrics;
  const CallerSearch search(service, [] { return kNow; }, nullptr, nullptr);
  const LookupCounts counts(metrics, true);
  const DoorLookups lookups(search, counts, AskedBy::api);
  index::Inbox inbox(*store);
  sync::SyncScheduler scheduler(index, inbox, ledger);
  auto routes = lookup_routes(lookups);
  std::ranges::move(record_routes(index, scheduler, std::chrono::seconds(0)), std::back_inserter(routes));
  serve(std::move(routes));
  put({person("1", "Anna", {"+12125550123"})});
  for (const std::string scope : {"lookup", "agent", "admin"}) {
    const std::string with = key({scope});
    CHECK(get("/v1/records/crm:contact:1", with).body["name"] == "Anna");
    CHECK(get("/v1/lookup?number=%2B12125550123", with).body["match"] == "one");
    CHECK(get("/v1/explain?number=%2B12125550123", with).body["answer"]["match"] == "one");
  }
  const std::string metrics_key = key({"metrics"});
  for (const char* path : {"/v1/records/crm:contact:1", "/v1/lookup?number=1", "/v1/explain?number=1"}) {
    CHECK(get(path, metrics_key).code == "scope_missing");
  }
}

}  // namespace
}  // namespace ringdex::server
