#include "config/config.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"

namespace ringdex::config {
namespace {

using namespace std::chrono_literals;

std::string text_of(const std::vector<Problem>& problems) {
  std::string text;
  for (const auto& problem : problems) text += problem.place + ": " + problem.message + "\n";
  return text;
}

Config loaded(const std::string& text, const std::map<std::string, std::string>& environment = {}) {
  auto result = load_text(text, "/etc/ringdex", environment);
  INFO(text_of(result.problems));
  REQUIRE(result.config.has_value());
  return *result.config;
}

// A folder of its own that goes with the test.
class Folder {
 public:
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.file(name), std::ios::binary) << text;
    return folder_.file(name);
  }
  std::string path() const { return folder_.path().string(); }

 private:
  tests::TempDir folder_;
};

TEST_CASE("the shipped example loads without a problem") {
  const auto result = load_file(RINGDEX_SOURCE_DIR "/config/ringdex.example.json");
  INFO(text_of(result.problems));
  REQUIRE(result.config.has_value());
  const auto& config = *result.config;
  CHECK(config.data_dir == "./ringdex-data");
  CHECK(config.http.listen == Listen{"127.0.0.1", 8480});
  CHECK(config.accounts.at("default").region == "US");
  REQUIRE(config.sources.size() == 1);
  CHECK(config.sources[0].id == "people");
  CHECK(config.sources[0].type_name() == "csv");
  CHECK(std::filesystem::exists(std::get<CsvSourceConfig>(config.sources[0].type).path));
}

TEST_CASE("the example's Zendesk source loads once its slashes are taken away") {
  std::ifstream in(RINGDEX_SOURCE_DIR "/config/ringdex.example.json");
  std::string text;
  bool inside = false;
  for (std::string line; std::getline(in, line);) {
    if (line == "    // {") {
      inside = true;
      text += ",";
    }
    const auto slashes = line.find("// ");
    text += (inside && slashes != std::string::npos ? line.substr(slashes + 3) : line) + "\n";
  }
  REQUIRE(inside);
  const auto config = loaded(text, {{"ZENDESK_TOKEN", "t0p"}, {"ZENDESK_WEBHOOK_SECRET", "hush"}});
  REQUIRE(config.sources.size() == 2);
  const auto& zendesk = std::get<ZendeskSourceConfig>(config.sources[1].type);
  CHECK(std::get<ZendeskTokenAuth>(zendesk.auth).token == "t0p");
  CHECK(zendesk.webhook_secret == "hush");
}

TEST_CASE("what is left out has the default of the struct") {
  const auto config = loaded(R"({"data_dir": "d"})");
  CHECK(config.http.listen == Listen{"127.0.0.1", 8480});
  CHECK(config.http.idle_timeout == 75s);
  CHECK_FALSE(config.http.tls.has_value());
  CHECK(config.log.level == "info");
  CHECK(config.log.mask_numbers);
  REQUIRE(config.accounts.size() == 1);
  CHECK(config.accounts.at("default").pick == std::vector<std::string>{"oldest"});
  CHECK(config.sources.empty());
}

TEST_CASE("every setting reaches its field") {
  const auto config = loaded(R"({
    /* a comment */
    "data_dir": "d",
    "http": {"listen": "[::1]:9000", "threads": 4, "tls": {"certificate": "c.pem", "key": "/k.pem"},
             "connections_max": 10, "header_bytes_max": 2048, "body_bytes_max": 4096,
             "header_timeout": "2s", "idle_timeout": "500ms"},
    "index": {"memory_bytes_max": 123},
    "log": {"level": "debug", "mask_numbers": false},
    "accounts": {
      "default": {"region": "IT", "pick": ["source_order", "oldest"], "same_person": "none", "own_numbers": ["+39 06 1234"],
                  "called_regions": {"+39061234": "IT", "+33140000000": "FR"}, "unknown_caller": "create",
                  "picked": {"scope": "agent", "age_max": "30d"}, "calls_kept": "12h",
                  "dial_plan": [{"prefix": "9", "replacement": "", "digits_min": 8, "digits_max": 12}]},
      "other": {"source_order": ["b", "a"]}},
    "sources": [
      {"id": "b", "account": "other", "type": "csv", "path": "/abs/b.csv"},
      {"id": "a", "account": "other", "type": "csv", "path": "sub/../a.csv", "kind": "lead", "label": "Leads",
       "interval": "24h", "requests_per_minute": 7, "phones_max": 3, "emails_max": 4, "records_max": 5,
       "delete_records": false, "sweep_guard_percent": 6, "phone_fields": ["Direct"],
       "columns": {"id": "I", "name": "N", "organization": "O", "title": "T", "url": "U", "groups": "G",
                   "phones": ["P", "Q"], "emails": ["E"]}},
      {"id": "a", "type": "zendesk", "base_url": "http://127.0.0.1:8999", "auth": {"bearer": "b"}, "per_page": 100,
       "export_requests_per_minute": 30},
      {"id": "b", "type": "zendesk", "base_url": "https://acme.zendesk.com/",
       "auth": {"client_id": "i", "client_secret": {"env": "S"}, "refresh_token": "r"}, "webhook_secret": "w"}
    ]
  })",
                             {{"S", "from the environment"}});
  CHECK(config.http.listen == Listen{"::1", 9000});
  CHECK(config.http.threads == 4);
  REQUIRE(config.http.tls.has_value());
  CHECK(config.http.tls->certificate == "/etc/ringdex/c.pem");
  CHECK(config.http.tls->key == "/k.pem");
  CHECK(config.http.connections_max == 10);
  CHECK(config.http.header_bytes_max == 2048);
  CHECK(config.http.body_bytes_max == 4096);
  CHECK(config.http.header_timeout == 2s);
  CHECK(config.http.idle_timeout == 500ms);
  CHECK(config.index.memory_bytes_max == 123);
  CHECK(config.log.level == "debug");
  CHECK_FALSE(config.log.mask_numbers);

  const auto& account = config.accounts.at("default");
  CHECK(account.region == "IT");
  CHECK(account.pick == std::vector<std::string>{"source_order", "oldest"});
  // Without a list of its own, the order is the file's.
  CHECK(account.source_order == std::vector<std::string>{"a", "b"});
  CHECK(account.same_person == "none");
  CHECK(account.creates_unknown_callers);
  CHECK(account.picked_scope == "agent");
  CHECK(account.picked_age_max == 720h);
  CHECK(account.calls_kept == 12h);
  CHECK(account.own_numbers == std::vector<std::string>{"+39 06 1234"});
  CHECK(account.called_regions == std::map<std::string, std::string>{{"+39061234", "IT"}, {"+33140000000", "FR"}});
  REQUIRE(account.dial_plan.size() == 1);
  CHECK(account.dial_plan[0].prefix == "9");
  CHECK(account.dial_plan[0].replacement.empty());
  CHECK(account.dial_plan[0].digits_min == 8);
  CHECK(account.dial_plan[0].digits_max == 12);
  CHECK(config.accounts.at("other").source_order == std::vector<std::string>{"b", "a"});

  REQUIRE(config.sources.size() == 4);
  CHECK(std::get<CsvSourceConfig>(config.sources[0].type).path == "/abs/b.csv");
  const auto& source = config.sources[1];
  CHECK(source.account == "other");
  CHECK(source.label == "Leads");
  CHECK(source.interval == 24h);
  CHECK(source.requests_per_minute == 7);
  CHECK(source.phones_max == 3);
  CHECK(source.emails_max == 4);
  CHECK(source.records_max == 5);
  CHECK_FALSE(source.delete_records);
  CHECK(source.sweep_guard_percent == 6);
  CHECK(source.phone_fields == std::vector<std::string>{"Direct"});
  const auto& csv = std::get<CsvSourceConfig>(source.type);
  CHECK(csv.path == "/etc/ringdex/a.csv");
  CHECK(csv.kind == "lead");
  CHECK(csv.columns.id == "I");
  CHECK(csv.columns.name == "N");
  CHECK(csv.columns.organization == "O");
  CHECK(csv.columns.title == "T");
  CHECK(csv.columns.url == "U");
  CHECK(csv.columns.groups == "G");
  CHECK(csv.columns.phones == std::vector<std::string>{"P", "Q"});
  CHECK(csv.columns.emails == std::vector<std::string>{"E"});
  CHECK(config.sources[2].type_name() == "zendesk");
  const auto& bearer = std::get<ZendeskSourceConfig>(config.sources[2].type);
  CHECK(bearer.base_url == "http://127.0.0.1:8999");
  CHECK(std::get<BearerTokenAuth>(bearer.auth).bearer == "b");
  CHECK(bearer.webhook_secret.empty());
  CHECK(bearer.per_page == 100);
  CHECK(bearer.export_requests_per_minute == 30);
  const auto& oauth = std::get<ZendeskSourceConfig>(config.sources[3].type);
  CHECK(oauth.base_url == "https://acme.zendesk.com");
  CHECK(std::get<OAuthAuth>(oauth.auth).client_secret == "from the environment");
  CHECK(std::get<OAuthAuth>(oauth.auth).refresh_token == "r");
  CHECK(oauth.webhook_secret == "w");
}

TEST_CASE("secrets from files stand beside the configuration") {
  const Folder folder;
  folder.write("token", "from a file\r\n");
  folder.write("empty", "\n");
  folder.write("lines", "first\nsecond\n");
  folder.write("large", std::string(100'000, 'x'));
  const auto config_with = [](const std::string& file) {
    return fmt::format(R"({{"data_dir": "d", "sources": [{{"id": "z", "type": "zendesk",
      "base_url": "https://a.example", "auth": {{"bearer": {{"file": "{}"}}}}}}]}})",
                       file);
  };
  const auto good = load_file(folder.write("ringdex.json", config_with("token")));
  INFO(text_of(good.problems));
  REQUIRE(good.config.has_value());
  const auto& zendesk = std::get<ZendeskSourceConfig>(good.config->sources[0].type);
  CHECK(std::get<BearerTokenAuth>(zendesk.auth).bearer == "from a file");

  for (const auto& [file, why] : std::map<std::string, std::string>{{"empty", "is empty"},
                                                                    {"lines", "control character"},
                                                                    {"large", "is larger than"},
                                                                    {"missing", "is missing"},
                                                                    {".", "no regular file"}}) {
    const auto bad = load_text(config_with(file), folder.path(), {});
    REQUIRE(bad.problems.size() == 1);
    CHECK(bad.problems[0].place == "sources[0].auth.bearer");
    CHECK(bad.problems[0].message.find(file) != std::string::npos);
    CHECK(bad.problems[0].message.find(why) != std::string::npos);
    CHECK(bad.problems[0].message.find("first") == std::string::npos);
  }
}

TEST_CASE("a file that can't be read is a problem with its path") {
  const Folder folder;
  for (const auto& path : {folder.path() + "/none.json", folder.path()}) {
    const auto result = load_file(path);
    CHECK_FALSE(result.config.has_value());
    REQUIRE(result.problems.size() == 1);
    CHECK(result.problems[0].place == path);
  }
  CHECK(load_file(folder.write("big.json", std::string(5 * 1024 * 1024, ' '))).problems.size() == 1);
  CHECK(load_file(folder.write("empty.json", "")).problems.size() == 1);
}

}  // namespace
}  // namespace ringdex::config
