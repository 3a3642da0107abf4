#include "server/api/shared_numbers.h"

#include <fmt/format.h>

#include "tests/server/api_scene.h"

namespace ringdex::server {
namespace {

struct Scene : ApiScene {
  Scene() {
    AccountSettings with_line = settings();
    with_line.own_numbers = {telephony::PhoneNumber::from_e164("+12125550100").value()};
    service.set_accounts({{"default", with_line}, {"other", settings()}});
    serve(shared_number_routes(index, service));
  }
  std::string admin = key({"admin"});
};

TEST_CASE_FIXTURE(Scene, "numbers of several records are listed in their order, each once") {
  std::vector<index::Record> records;
  for (int i = 0; i < 30; ++i) {
    // Number n has n records.
    std::vector<std::string> phones = {"+12125550100"};
    for (int n = i + 1; n <= 9; ++n) phones.push_back(fmt::format("+1212555020{}", n));
    records.push_back(person(std::to_string(i), "Somebody", phones));
  }
  put(records);
  put({person("1", "A", {"+12125550209"}, "gone"), person("2", "B", {"+12125550209"}, "gone")});
  put({person("1", "A", {"+12125550300"}), person("2", "B", {"+12125550300"})}, "other");
  Json expected = Json::array();
  for (int n = 3; n <= 9; ++n) expected.push_back({{"e164", fmt::format("+1212555020{}", n)}, {"records", n}});
  for (const int limit : {1, 2, 3, 100, 1'000}) {
    Json seen = Json::array();
    std::string behind;
    int pages = 0;
    do {
      const auto page = get(fmt::format("/v1/shared-numbers?least=3&limit={}{}", limit, behind), admin);
      REQUIRE(page.status == 200);
      for (const auto& number : page.body["numbers"]) seen.push_back(number);
      behind = page.body["next"].is_null() ? "" : "&behind=" + page.body["next"].get<std::string>();
      REQUIRE(++pages < 50);
    } while (!behind.empty());
    CHECK(seen == expected);
  }
  CHECK(get("/v1/shared-numbers", admin).body["numbers"].size() == 8);
  CHECK(get("/v1/shared-numbers", key({"admin"}, "other")).body["numbers"] ==
        Json::array({{{"e164", "+12125550300"}, {"records", 2}}}));
  CHECK(get("/v1/shared-numbers", key({"admin"}, "unconfigured")).body["numbers"].empty());
}

TEST_CASE_FIXTURE(Scene, "hostile queries are refused or do no harm") {
  put({person("1", "A", {"+12125550101"}), person("2", "B", {"+12125550101"})});
  for (const std::string bad : {"", "0", "1", "-2", "x", "1e9", "1000000001", "99999999999999999999"}) {
    CHECK(get("/v1/shared-numbers?least=" + bad, admin).code == "bad_least");
  }
  for (const std::string bad : {"", "0", "1001", "x"}) {
    CHECK(get("/v1/shared-numbers?limit=" + bad, admin).code == "bad_limit");
  }
  for (const std::string bad : {"0", "xy", "%00%00"}) {
    CHECK(get("/v1/shared-numbers?behind=" + bad, admin).code == "bad_cursor");
  }
  for (const std::string& odd : std::vector<std::string>{"", "00", std::string(32, 'f'), std::string(8'000, '0')}) {
    CHECK(get("/v1/shared-numbers?behind=" + odd, admin).status == 200);
  }
  CHECK(get("/v1/shared-numbers", key({"agent", "lookup", "metrics"})).code == "scope_missing");
}

}  // namespace
}  // namespace ringdex::server
