#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "index/history/ledger.h"
#include "index/index.h"
#include "index/store/store.h"
#include "server/access/api_keys.h"
#include "server/http/http_router.h"
#include "server/lookup/directory.h"
#include "server/lookup/lookup_service.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_parser.h"

namespace ringdex::server {

// Two accounts, `default` and `other`, on a real index; what is asked of the API goes through the router, with a key.
struct ApiScene {
  using Json = nlohmann::json;
  static constexpr index::TimePoint kNow{std::chrono::hours(500'000)};

  tests::TempDir dir;
  std::unique_ptr<index::Store> store = index::Store::open({dir.file("index"), 8 << 20, 8 << 20, 1}).value();
  index::Index index{*store};
  index::Ledger ledger{*store};
  RememberedPicks picks;
  LookupService service{telephony::test_parser(), index, picks, {{"default", settings()}, {"other", settings()}}};
  Directory directory{index, service};
  ApiKeys keys{dir.file("keys.json")};
  std::optional<HttpRouter> router;

  static AccountSettings settings() {
    AccountSettings made;
    made.region = "US";
    made.pick.rules = {PickRule::oldest};
    made.source_labels = {{"crm", "The CRM"}, {"people", "People"}};
    return made;
  }

  void serve(std::vector<HttpRoute> routes) { router.emplace(std::move(routes), keys); }
  std::string key(const std::vector<std::string>& scopes, const std::string& account = "default") {
    const auto made = keys.create(account, scopes, "", 0);
    REQUIRE(made.has_value());
    return *made;
  }

  struct Answer {
    int status;
    HttpResponse response;
    Json body;         // null: it is no JSON
    std::string code;  // of a problem
    std::string header(std::string_view name) const {
      for (const auto& [header, value] : response.headers) {
        if (header == name) return value;
      }
      return "";
    }
  };
  // Without a key: from this machine.
  Answer ask(const std::string& method, const std::string& target, const std::string& with_key,
             const std::string& body = "") const {
    HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.from_loopback = true;
    request.headers = {{"host", "localhost"}};
    if (!with_key.empty()) request.headers = {{"host", "localhost"}, {"authorization", "Bearer " + with_key}};
    read_target(request);
    Answer answer{};
    if (const HttpRoute* route = router->decide(request, answer.response)) {
      router->run(*route, request, answer.response);
      router->run_later(*route, answer.response);
    }
    answer.status = answer.response.status;
    answer.body = Json::parse(answer.response.body, nullptr, false);
    if (answer.body.is_discarded()) answer.body = nullptr;
    if (answer.body.is_object()) answer.code = answer.body.value("code", "");
    return answer;
  }
  Answer get(const std::string& target, const std::string& with_key) const { return ask("GET", target, with_key); }

  static index::Record person(const std::string& id, const std::string& name, const std::vector<std::string>& phones,
                              const std::string& source = "crm") {
    index::Record made;
    made.id = {source, index::RecordKind::contact, id};
    made.name = name;
    for (const auto& phone : phones) made.phones.push_back({phone, telephony::PhoneNumber::from_e164(phone), "", ""});
    made.version = 1;
    return made;
  }
  void put(std::vector<index::Record> records, const std::string& account = "default") {
    index::ChangeBatch batch;
    batch.account = account;
    batch.source = records.front().id.source;
    batch.upserts = std::move(records);
    REQUIRE(index.apply(batch, {}, kNow));
  }
};

}  // namespace ringdex::server
