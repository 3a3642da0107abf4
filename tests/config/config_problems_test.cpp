#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "config/config.h"

namespace ringdex::config {
namespace {

struct Case {
  std::string text;
  std::string place;
  std::string message_part;
};

std::string account(const std::string& members) {
  return R"({"data_dir": "d", "accounts": {"default": {)" + members + "}}}";
}
std::string csv(const std::string& members) {
  return R"({"data_dir": "d", "sources": [{"id": "a", "type": "csv", "path": "p", )" + members + "}]}";
}
std::string zendesk(const std::string& members) {
  return R"({"data_dir": "d", "sources": [{"id": "z", "type": "zendesk", )" + members + "}]}";
}
std::string auth(const std::string& members) {
  return zendesk(R"("base_url": "https://a.example", "auth": {)" + members + "}");
}
std::string http(const std::string& members) {
  return R"({"data_dir": "d", "http": {)" + members + "}}";
}
std::string base_url(const std::string& url) {
  return zendesk(R"("auth": {"bearer": "b"}, "base_url": ")" + url + '"');
}

const std::vector<Case>& cases() {
  static const std::vector<Case> table{
      {"", "line 1, column 1", ""},
      {"{\n  \"data_dir\": \"d\",\n  oops\n}", "line 3, column 3", "syntax error"},
      {"{\"data_dir\": \"d\"", "line 1, column 17", "syntax error"},
      {"{\"data_dir\": \"d\"} x", "line 1, column 19", "syntax error"},
      {"{\"data_dir\": \"\xff\"}", "line 1, column 15", "UTF-8"},
      {"[]", "line 1, column 1", "one object"},
      {"{}", "data_dir", "is required"},
      {R"({"data_dir": ""})", "data_dir", "not empty"},
      {R"({"data_dir": null})", "data_dir", "must be a text"},
      {R"({"data_dir": "d", "data_dir": "e"})", "data_dir", "stands twice"},
      {R"({"data_dir": "d", "sources": [{"id": "a", "id": "b", "type": "csv", "path": "p"}]})", "sources[0].id",
       "stands twice"},
      {R"({"data_dir": "d", "metrics": {}})", "metrics", "unknown key; known here are $schema, data_dir, http"},
      {R"({"data_dir": "d", "source": []})", "source", "did you mean \"sources\"?"},
      {R"({"data_dir": "d", "acounts": {}})", "acounts", "did you mean \"accounts\"?"},
      {R"({"data_dir": "d", "fastagi": {"prefix": "A B"}})", "fastagi.prefix", "letters, digits and _"},
      {R"({"data_dir": "d", "fastagi": {"networks": {"10.0.0.0/33": "default"}}})",
       R"(fastagi.networks["10.0.0.0/33"])", "no network such as"},
      {R"({"data_dir": "d", "http": {"networks": {"10.0.0.1/8": "default"}}})", R"(http.networks["10.0.0.1/8"])",
       "bits set behind its first 8"},
      {R"({"data_dir": "d", "ldap": {"networks": {"10.0.0.0/8": "gone"}}})", "ldap.networks", "no account \"gone\""},
      {R"({"data_dir": "d", "ldap": {"tls_listen": "127.0.0.1:6360"}})", "ldap.tls_listen", "under tls"},
      {R"({"data_dir": "d", "ldap": {"base_dn": "phones"}})", "ldap.base_dn", "distinguished name"},
      {R"({"data_dir": "d", "http": {"public_url": "ringdex.acme.example"}})", "http.public_url", "https://"},
      {R"({"data_dir": "d", "http": []})", "http", "must be an object"},
      {R"({"data_dir": "d", "sources": {}})", "sources", "list of objects"},
      {R"({"data_dir": "d", "sources": [3]})", "sources[0]", "must be an object"},
      {R"({"data_dir": "d", "accounts": []})", "accounts", "must be an object"},
      {R"({"data_dir": "d", "log": {"level": "loud"}})", "log.level", "none of debug, info, warn, error"},
      {R"({"data_dir": "d", "log": {"mask_numbers": "yes"}})", "log.mask_numbers", "true or false"},
      {R"({"data_dir": "d", "log": {"mask_number": true}})", "log.mask_number", "did you mean \"mask_numbers\"?"},

      {http(R"("listen": "8480")"), "http.listen", "[::1]:8480"},
      {http(R"("listen": "127.0.0.1:99999")"), "http.listen", "address and a port"},
      {http(R"("threads": 0)"), "http.threads", "from 1 to 256"},
      {http(R"("threads": -1)"), "http.threads", "from 1 to 256"},
      {http(R"("threads": 2.0)"), "http.threads", "whole number"},
      {http(R"("threads": "2")"), "http.threads", "whole number"},
      {http(R"("body_bytes_max": 99999999999999999999)"), "http.body_bytes_max", "whole number"},
      {http(R"("idle_timeout": 75)"), "http.idle_timeout", "duration such as"},
      {http(R"("idle_timeout": "2h")"), "http.idle_timeout", "from 10ms to 1h"},
      {http(R"("tls": {"certificate": "c"})"), "http.tls.key", "is required"},
      {http(R"("tsl": {})"), "http.tsl", "did you mean \"tls\"?"},

      {account(R"("region": "us")"), "accounts.default.region", "two capital letters"},
      {account(R"("region": "USA")"), "accounts.default.region", "two capital letters"},
      {account(R"("pick": [])"), "accounts.default.pick", "at least one"},
      {account(R"("pick": ["oldest", "newest"])"), "accounts.default.pick[1]", "none of picked, contact_before_lead"},
      {account(R"("picked": {"scope": "everybody"})"), "accounts.default.picked.scope", "none of account, called_line"},
      {account(R"("picked": {"age_max": "0s"})"), "accounts.default.picked.age_max", "from 1m to 3650d"},
      {account(R"("picked": {"age_mx": "1d"})"), "accounts.default.picked.age_mx", "did you mean \"age_max\"?"},
      {account(R"("calls_kept": "1m")"), "accounts.default.calls_kept", "from 1h to 3650d"},
      {account(R"("pick": ["oldest", "oldest"])"), "accounts.default.pick[1]", "stands twice"},
      {account(R"("pick": "oldest")"), "accounts.default.pick", "list of texts"},
      {account(R"("pick": [1])"), "accounts.default.pick[0]", "must be a text"},
      {account(R"("same_person": "name")"), "accounts.default.same_person", "none of none, name_number"},
      {account(R"("source_order": ["x"])"), "accounts.default.source_order[0]", "no source \"x\""},
      {account(R"("unknown_caller": "maybe")"), "accounts.default.unknown_caller", "none of ignore, create"},
      {account(R"("own_numbers": ["none"])"), "accounts.default.own_numbers[0]", "phone number"},
      {account(R"("called_regions": {"+39 06": "it"})"), "accounts.default.called_regions[\"+39 06\"]",
       "two capital letters"},
      {account(R"("called_regions": {"Rome": "IT"})"), "accounts.default.called_regions.Rome", "phone number"},
      {account(R"("dial_plan": [{"prefix": "9"}])"), "accounts.default.dial_plan[0].replacement", "is required"},
      {account(R"("dial_plan": [{"prefix": "9a", "replacement": ""}])"), "accounts.default.dial_plan[0].prefix",
       "what is dialled"},
      {account(R"("dial_plan": [{"prefix": "9", "replacement": "0+"}])"), "accounts.default.dial_plan[0].replacement",
       "what is dialled"},
      {account(R"("dial_plan": [{"prefix": "9", "replacement": "", "digits_min": 9, "digits_max": 8}])"),
       "accounts.default.dial_plan[0].digits_min", "greater than digits_max"},
      {account(R"("dialplan": [])"), "accounts.default.dialplan", "did you mean \"dial_plan\"?"},
      {R"({"data_dir": "d", "accounts": {"Acme": {}}})", "accounts.Acme", "small letters"},
      {R"({"data_dir": "d", "accounts": {"a b": {}}})", "accounts[\"a b\"]", "small letters"},
      {R"({"data_dir": "d", "accounts": {"acme": 1}})", "accounts.acme", "must be an object"},

      {R"({"data_dir": "d", "sources": [{"type": "csv", "path": "p"}]})", "sources[0].id", "is required"},
      {R"({"data_dir": "d", "sources": [{"id": "A", "type": "csv", "path": "p"}]})", "sources[0].id", "small letters"},
      {R"({"data_dir": "d", "sources": [{"id": "a:b", "type": "csv", "path": "p"}]})", "sources[0].id",
       "small letters"},
      {R"({"data_dir": "d", "sources": [{"id": "a", "path": "p"}]})", "sources[0].type", "is required"},
      {R"({"data_dir": "d", "sources": [{"id": "a", "type": "salesforce", "login_url": "x"}]})", "sources[0].login_url",
       "must begin with https"},
      {R"({"data_dir": "d", "sources": [{"id": "a", "type": "csv"}]})", "sources[0].path", "is required"},
      {R"({"data_dir": "d", "sources": [{"id": "a", "type": "csv", "path": "p"}, {"id": "a", "type": "csv",
          "path": "q"}]})",
       "sources[1].id", "another source"},
      {csv(R"("account": "nobody")"), "sources[0].account", "no account \"nobody\""},
      {R"({"data_dir": "d", "sources": [{"id": "local", "type": "csv", "path": "p"}]})", "sources[0].id",
       "keeps records of its own"},
      {csv(R"("interval": "59s")"), "sources[0].interval", "from 1m to 24h"},
      {csv(R"("interval": "25h")"), "sources[0].interval", "from 1m to 24h"},
      {csv(R"("intervall": "5m")"), "sources[0].intervall", "did you mean \"interval\"?"},
      {csv(R"("phones_max": 0)"), "sources[0].phones_max", "from 1 to 100"},
      {csv(R"("sweep_guard_percent": 101)"), "sources[0].sweep_guard_percent", "from 0 to 100"},
      {csv(R"("kind": "person")"), "sources[0].kind", "none of contact, lead"},
      {csv(R"("columns": {"phone": "P"})"), "sources[0].columns.phone", "did you mean \"phones\"?"},
      {csv(R"("columns": {"phones": "P"})"), "sources[0].columns.phones", "list of texts"},
      {csv(R"("columns": {"phones": ["P", ""]})"), "sources[0].columns.phones[1]", "not empty"},
      {csv(R"("base_url": "https://a.example")"), "sources[0].base_url", "unknown key"},

      {zendesk(R"("auth": {"bearer": "b"})"), "sources[0].base_url", "is required"},
      {zendesk(R"("base_url": "https://a.example")"), "sources[0].auth", "is required"},
      {base_url("http://a.example"), "sources[0].base_url", "loopback"},
      {base_url("http://127.0.0.1.a.example"), "sources[0].base_url", "loopback"},
      {base_url("https://a.example/api"), "sources[0].base_url", "without path"},
      {base_url("https://a.example?x=1"), "sources[0].base_url", "without path"},
      {base_url("a.example"), "sources[0].base_url", "https://"},
      {base_url("https://a.example:x"), "sources[0].base_url", "name a host"},
      {auth(""), "sources[0].auth", R"({"email", "token"}, {"bearer"} or {"client_id")"},
      {auth(R"("email": "a@b.example", "token": "t", "bearer": "b")"), "sources[0].auth", "exactly one of"},
      {auth(R"("email": "a@b.example", "client_id": "c")"), "sources[0].auth", "exactly one of"},
      {auth(R"("email": "a@b.example")"), "sources[0].auth.token", "is required"},
      {auth(R"("email": "bot", "token": "t")"), "sources[0].auth.email", "e-mail address"},
      {auth(R"("client_id": "c", "client_secret": "s")"), "sources[0].auth.refresh_token", "is required"},
      {auth(R"("bearer": "")"), "sources[0].auth.bearer", "is empty"},
      {auth(R"("bearer": 7)"), "sources[0].auth.bearer", R"({"env": "NAME"})"},
      {auth(R"("bearer": {"env": "SET", "file": "f"})"), "sources[0].auth.bearer", R"({"env": "NAME"})"},
      {auth(R"("bearer": {"evn": "SET"})"), "sources[0].auth.bearer", R"({"env": "NAME"})"},
      {auth(R"("bearer": {"env": "UNSET"})"), "sources[0].auth.bearer", "variable UNSET is not set"},
      {auth(R"("bearer": {"env": "EMPTY"})"), "sources[0].auth.bearer", "variable EMPTY is empty"},
      {auth(R"("bearer": {"env": "BROKEN"})"), "sources[0].auth.bearer", "BROKEN holds a control character"},
      {auth(R"("bearer": {"file": "none"})"), "sources[0].auth.bearer", "/nowhere/none is missing"},
      {auth(R"("token": "t", "emial": "a@b.example", "email": "a@b.example")"), "sources[0].auth.emial",
       "did you mean \"email\"?"},
      {auth(R"("bearer": "b"}, "webhook_secret": {"env": "UNSET")"), "sources[0].webhook_secret", "UNSET is not set"},
      {auth(R"("bearer": "b"}, "webhook_secret": {"env": "EMPTY")"), "sources[0].webhook_secret", "EMPTY is empty"},
      {auth(R"("bearer": "b"}, "per_page": 1001, "x_unused": {)"), "sources[0].per_page", "from 1 to 1000"},
  };
  return table;
}

const std::map<std::string, std::string> kEnvironment{{"SET", "s3cret"}, {"EMPTY", ""}, {"BROKEN", "s3cret\ns3cret"}};

TEST_CASE("each mistake is told with its place and without a secret") {
  for (const auto& one : cases()) {
    CAPTURE(one.text);
    const auto result = load_text(one.text, "/nowhere", kEnvironment);
    CHECK_FALSE(result.config.has_value());
    bool found = false;
    std::string all;
    for (const auto& problem : result.problems) {
      all += problem.place + ": " + problem.message + "\n";
      found = found || (problem.place == one.place && problem.message.find(one.message_part) != std::string::npos);
    }
    INFO(all);
    CHECK(found);
    CHECK(all.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("all problems are told at once, in the order of the reading") {
  const auto result = load_text(R"({
    "http": {"listen": "x", "thread": 2},
    "accounts": {"default": {"region": "usa", "pick": ["newest"]}},
    "sources": [{"id": "A", "type": "csv", "interval": "1s", "account": "gone"},
                {"id": "z", "type": "zendesk", "base_url": "http://a.example", "auth": {"bearer": {"env": "UNSET"}}}],
    "ldap": []
  })",
                                "/nowhere", kEnvironment);
  std::vector<std::string> places;
  for (const auto& problem : result.problems) places.push_back(problem.place);
  CHECK(places == std::vector<std::string>{"data_dir", "http.listen", "http.thread", "ldap", "accounts.default.region",
                                           "accounts.default.pick[0]", "sources[0].id", "sources[0].interval",
                                           "sources[0].path", "sources[1].base_url", "sources[1].auth.bearer",
                                           "sources[0].account"});
}

TEST_CASE("the same source id may stand in two accounts") {
  const auto result = load_text(R"({"data_dir": "d", "accounts": {"b": {}}, "sources": [
    {"id": "people", "type": "csv", "path": "p"}, {"id": "people", "account": "b", "type": "csv", "path": "p"}]})",
                                "", {});
  CHECK(result.problems.empty());
}

}  // namespace
}  // namespace ringdex::config
