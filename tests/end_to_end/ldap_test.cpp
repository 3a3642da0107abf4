#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>

#include "tests/end_to_end/door_scene.h"

namespace ringdex::tests {
namespace {

constexpr const char* kLdapSearch = "/usr/bin/ldapsearch";

bool can_search() {
  if (std::filesystem::exists(kLdapSearch)) return true;
  MESSAGE("skipped: ldapsearch is not installed (ldap-utils)");
  return false;
}

// ldapsearch with a filter and what attributes to show: LDIF without comments or line folding.
CommandResult search(const DoorScene& scene, const std::string& filter, std::vector<std::string> attributes = {},
                     std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{kLdapSearch, "-x", "-LLL", "-o", "ldif-wrap=no", "-o", "nettimeout=10"};
  if (std::ranges::find(more, "-H") == more.end()) {
    more.insert(more.end(), {"-H", fmt::format("ldap://127.0.0.1:{}", scene.ringdex().port_of("ldap"))});
  }
  if (std::ranges::find(more, "-b") == more.end()) more.insert(more.end(), {"-b", "dc=ringdex"});
  arguments.insert(arguments.end(), more.begin(), more.end());
  arguments.push_back(filter);
  arguments.insert(arguments.end(), attributes.begin(), attributes.end());
  // libldap takes "localhost" for the machine's own name, which is not the certificate's; the other client checks it.
  return run_command(arguments, {{"LDAPTLS_REQCERT", "allow"}});
}

std::size_t entries(const CommandResult& result) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = result.out.find("dn: ", at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST_CASE("a phone asks who calls, with its own filter, and finds the number as it asked") {
  if (!can_search()) return;
  const DoorScene scene;
  // Yealink, Gigaset, Snom, Grandstream, Fanvil, Cisco; and what innovaphone asks.
  for (const char* filter :
       {"(|(telephoneNumber={0})(mobile={0})(ipPhone={0}))", "(|(telephoneNumber={0})(mobile={0})(homePhone={0}))",
        "(&(telephoneNumber={0})(sn=*))", "(|(telephoneNumber={0}*)(Mobile={0}*))",
        "(|(telephoneNumber={0})(mobile={0})(other={0}))", "(telephoneNumber={0})", "(metaSearchNumber={0})"}) {
    for (const char* number : {"+12125550123", "2125550123", "12125550123", "0012125550123", "212-555-0123"}) {
      CAPTURE(filter);
      CAPTURE(number);
      const auto found =
          search(scene, fmt::format(fmt::runtime(filter), number), {"cn", "telephoneNumber", "metaSearchNumber"});
      CHECK(found.exit_code == 0);
      CHECK(entries(found) == 1);
      CHECK(found.out.contains("cn: Ada Whitlock\n"));
      CHECK(found.out.contains(fmt::format("umber: {}\n", number)));
    }
  }
  const auto mobile =
      search(scene, "(|(telephoneNumber=2125550124)(mobile=2125550124))", {"telephoneNumber", "mobile"});
  CHECK(mobile.out == "dn: uid=people:contact:1,dc=ringdex\nmobile: 2125550124\n\n");
  // Several people: the default pick alone, so that no phone chooses by itself.
  CHECK(entries(search(scene, "(telephoneNumber=442079460100)")) == 1);
  for (const char* nobody :
       {"(telephoneNumber=12125550199)", "(telephoneNumber=*5550123)", "(telephoneNumber=201)",
        "(telephoneNumber=anonymous)", "(unknown=+12125550123)", "(telephoneNumber=)",
        "(&(telephoneNumber=2125550123)(!(telephoneNumber=+12125550123)))",
        "(&(telephoneNumber=2125550123)(!(mobile=2125550124)))", "(&(telephoneNumber=2125550123)(sn=pryce))"}) {
    CAPTURE(nobody);
    const auto found = search(scene, nobody);
    CHECK(found.exit_code == 0);
    CHECK(entries(found) == 0);
  }
  // With few attributes and with all of them the same people.
  for (const std::vector<std::string>& attributes : {std::vector<std::string>{"cn"}, std::vector<std::string>{}}) {
    CHECK(entries(search(scene, "(&(telephoneNumber=2125550123)(mail=*))", attributes)) == 1);
    CHECK(entries(search(scene, "(&(telephoneNumber=2125550123)(mobile=2125550124))", attributes)) == 1);
    CHECK(entries(search(scene, "(&(telephoneNumber=442079460100)(mail=*))", attributes)) == 0);
    CHECK(entries(search(scene, "(|(telephoneNumber=442079460100)(cn=*100*))", attributes)) == 1);
  }
  // As Active Directory's phones ask.
  CHECK(entries(search(scene, "(&(objectCategory=person)(objectClass=user)(telephoneNumber=2125550123))")) == 1);
}

TEST_CASE("a phone's directory search finds names by how their words begin") {
  if (!can_search()) return;
  const DoorScene scene;
  const auto names = [&](const std::string& filter) {
    std::vector<std::string> found;
    std::istringstream lines(search(scene, filter, {"displayName"}).out);
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("displayName: ")) found.push_back(line.substr(13));
      if (line.starts_with("displayName:: ")) found.emplace_back("(base64)");
    }
    return found;
  };
  using Names = std::vector<std::string>;
  CHECK(names("(|(cn=whit*)(sn=whit*))") == Names{"Ada Whitlock"});
  CHECK(names("(cn=Ada W*)") == Names{"Ada Whitlock"});
  CHECK(names("(sn=pryce)") == Names{"Edwin Pryce"});
  CHECK(names("(givenName=edw*)") == Names{"Edwin Pryce"});
  CHECK(names("(o=thornbury*)").size() == 2);
  CHECK(names("(cn=muller*)").empty());
  CHECK(names("(sn=muller*)") == Names{"(base64)"});
  CHECK(names("(sn=müller)") == Names{"(base64)"});
  CHECK(names("(cn=*itlo*)") == Names{"Ada Whitlock"});
  CHECK(names("(&(sn=p*)(!(givenName=ada)))") == Names{"Edwin Pryce"});
  CHECK(names("(&(telephoneNumber=*)(sn=*))").size() == 6);
  CHECK(names("(!(sn=m*))") ==
        Names{"Ada Whitlock", "Edwin Pryce", "Max \"The ${EVIL} %s\" Evil: yes; O'Neil", "Nameless Ltd"});
  CHECK(names("(sn=xyz*)").empty());
}

TEST_CASE("limits, pages and what else a directory answers") {
  if (!can_search()) return;
  DoorScene::Settings settings;
  settings.ldap = R"(, "entries_max": 4)";
  const DoorScene scene(settings);
  const auto limited = search(scene, "(cn=*)", {"cn"}, {"-z", "2"});
  CHECK(limited.exit_code == 4);
  CHECK(entries(limited) == 2);
  const auto capped = search(scene, "(cn=*)", {"cn"});
  CHECK(capped.exit_code == 4);
  CHECK(entries(capped) == 4);
  const auto paged = search(scene, "(cn=*)", {"cn"}, {"-E", "pr=2/noprompt"});
  CHECK(paged.exit_code == 0);
  CHECK(entries(paged) == 6);
  CHECK(search(scene, "(cn=*)", {}, {"-b", "dc=elsewhere"}).exit_code == 32);
  const auto critical = search(scene, "(cn=*)", {}, {"-E", "!1.2.3.4"});
  CAPTURE(critical.out);
  CHECK(critical.exit_code == 12);
  CHECK(entries(search(scene, "(sn=pryce)", {}, {"-b", ""})) == 1);
  const auto read = search(scene, "(objectClass=*)", {"mail"}, {"-s", "base", "-b", "uid=people:contact:1,dc=ringdex"});
  CHECK(read.out.contains("mail: ada@whitlock.example"));
  CHECK(search(scene, "(objectClass=*)", {}, {"-s", "base", "-b", "uid=people:contact:99,dc=ringdex"}).exit_code == 32);
  const auto root = search(scene, "(objectClass=*)", {"+"}, {"-s", "base", "-b", ""});
  CHECK(root.out.contains("namingContexts: dc=ringdex"));
  CHECK(root.out.contains("supportedLDAPVersion: 3"));
  CHECK(search(scene, "(objectClass=*)", {"1.1"}, {"-s", "base"}).exit_code == 0);
  CHECK(search(scene, "(sn=pryce)", {"1.1"}).out == "dn: uid=people:contact:3,dc=ringdex\n\n");
  const auto types = search(scene, "(sn=pryce)", {"sn", "CN"}, {"-A"});
  CHECK(types.out == "dn: uid=people:contact:3,dc=ringdex\nsn:\nCN:\n\n");
}

TEST_CASE("several people on one line are one entry, named as the account wants it") {
  if (!can_search()) return;
  DoorScene::Settings settings;
  settings.account = R"(, "one_line": "organization")";
  const DoorScene scene(settings);
  for (const std::vector<std::string>& attributes :
       {std::vector<std::string>{"cn", "sn", "givenName", "displayName"}, std::vector<std::string>{}}) {
    const auto found = search(scene, "(telephoneNumber=442079460100)", attributes);
    CHECK(found.out.contains("cn: Thornbury Glass\n"));
    CHECK(found.out.contains("sn: Thornbury Glass\n"));
    CHECK_FALSE(found.out.contains("Marchetti"));
    CHECK_FALSE(found.out.contains("Delphine"));
  }
}

TEST_CASE("pages have everybody once, whoever is found by a number, by two names, or by both") {
  if (!can_search()) return;
  const DoorScene scene;
  for (const char* size : {"1", "2", "3", "10"}) {
    CAPTURE(size);
    const auto found = search(scene, "(|(telephoneNumber=2125550123)(cn=a*)(sn=whit*)(sn=p*)(o=thornbury*))", {"cn"},
                              {"-E", std::string("pr=") + size + "/noprompt"});
    CHECK(found.exit_code == 0);
    CHECK(entries(found) == 3);
    for (const char* name : {"Ada Whitlock", "Edwin Pryce", "Delphine Marchetti"}) {
      CHECK(found.out.contains(fmt::format("cn: {}\n", name)));
    }
  }
}

TEST_CASE("a key that is taken back ends what an open connection may see") {
  const DoorScene scene;
  const std::string key = scene.key();
  scene.key("metrics");
  REQUIRE(scene.ringdex().wait_for("/healthz",
                                   [&](const auto&) { return scene.ringdex().get("/v1/version").status == 401; }));
  ByteClient phone(scene.ringdex().port_of("ldap"));
  const auto message = [](int id, const std::string& operation) {
    return std::string("\x30", 1) + static_cast<char>(3 + operation.size()) + "\x02\x01" + static_cast<char>(id) +
           operation;
  };
  const std::string bind = "\x02\x01\x03\x04\x01x\x80" + std::string(1, static_cast<char>(key.size())) + key;
  phone.send(message(1, "\x60" + std::string(1, static_cast<char>(bind.size())) + bind));
  const std::string done("\x0a\x01\x00\x04\x00\x04\x00", 7);
  CHECK(phone.read_until(done).size() == 14);
  const std::string search = std::string(
                                 "\x04\x0a"
                                 "dc=ringdex"
                                 "\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00\x01\x01\x00",
                                 27) +
                             "\xa3\x1f\x04\x0ftelephoneNumber\x04\x0c+12125550123\x30\x04\x04\x02"
                             "cn";
  const auto ask = [&](int id) {
    phone.send(message(id, "\x63" + std::string(1, static_cast<char>(search.size())) + search));
  };
  ask(2);
  CHECK(phone.read_until(done).contains("Ada Whitlock"));
  const std::string id = key.substr(4, key.find('_', 4) - 4);
  REQUIRE(run_command({RINGDEX_BINARY, "key", "remove", id, "--config", scene.ringdex().config_path()}).exit_code == 0);
  REQUIRE(scene.ringdex().wait_for(
      "/healthz", [&](const auto&) { return scene.ringdex().get("/cnam?number=1&key=" + key).status == 401; }));
  ask(3);
  const std::string refused = phone.read_until("password");
  CHECK(refused.contains("bind with an API key"));
  CHECK_FALSE(refused.contains("Ada"));
}

TEST_CASE("connections over the limit, idle ones, and those that trickle end; a stop waits for no phone") {
  DoorScene::Settings settings;
  settings.ldap = R"(, "connections_max": 2, "idle_timeout": "1s")";
  settings.tls = true;
  DoorScene scene(settings);
  const int port = scene.ringdex().port_of("ldap");
  {
    ByteClient first(port);
    ByteClient second(port);
    ByteClient third(port);
    CHECK(third.read_all().empty());
    CHECK(first.read_all().empty());
    CHECK(second.read_all().empty());
  }
  CHECK(scene.ringdex().get("/metrics").text.contains("ringdex_connections_refused_total{door=\"ldap\"} 1"));
  DoorScene::Settings patient;
  patient.tls = true;
  DoorScene stopped(patient);
  REQUIRE(stopped.ringdex().wait_for("/healthz", [&](const auto&) {
    return stopped.ringdex().get("/metrics").text.contains("ringdex_number_table_loaded 1");
  }));
  ByteClient phone(stopped.ringdex().port_of("ldap"));
  ByteClient shaking_hands(stopped.ringdex().port_of("ldaps"));
  const auto [code, took] = stopped.terminate();
  CHECK(code == 0);
  CHECK(took < std::chrono::seconds(5));
  CHECK(phone.read_all().contains("1.3.6.1.4.1.1466.20036"));
}

TEST_CASE("binds: anonymous, with a key, and those that are none") {
  if (!can_search()) return;
  const DoorScene scene;
  const std::string key = scene.key();
  const std::string metrics_key = scene.key("metrics");
  REQUIRE(scene.ringdex().wait_for("/healthz",
                                   [&](const auto&) { return scene.ringdex().get("/v1/version").status == 401; }));
  const std::string filter = "(telephoneNumber=+12125550123)";
  CHECK(search(scene, filter).exit_code == 50);
  CHECK(entries(search(scene, filter, {}, {"-D", "cn=phone", "-w", key})) == 1);
  CHECK(search(scene, filter, {}, {"-D", "cn=phone", "-w", "wrong"}).exit_code == 49);
  CHECK(search(scene, filter, {}, {"-D", "cn=phone", "-w", metrics_key}).exit_code == 49);
  CHECK(search(scene, filter, {}, {"-P", "2"}).exit_code == 2);
  const std::string url = fmt::format("ldap://127.0.0.1:{}", scene.ringdex().port_of("ldap"));
  const auto who = run_command({"/usr/bin/ldapwhoami", "-x", "-H", url, "-D", "cn=phone", "-w", key});
  CHECK(who.out.starts_with("dn:uid="));
  CHECK(run_command({"/usr/bin/ldapwhoami", "-x", "-H", url}).out.starts_with("anonymous"));
  CHECK(run_command({"/usr/bin/ldapwhoami", "-x", "-H", url, "-D", "cn=phone"}).exit_code == 53);
  CHECK(run_command({"/usr/bin/ldapdelete", "-x", "-H", url, "-D", "cn=phone", "-w", key, "uid=1,dc=ringdex"})
            .exit_code == 53);
  CHECK(run_command({"/usr/bin/ldapcompare", "-x", "-H", url, "-D", "cn=phone", "-w", key, "uid=1,dc=ringdex", "cn:a"})
            .exit_code == 53);
  CHECK(search(scene, filter, {}, {"-ZZ"}).exit_code != 0);
  CHECK_FALSE(scene.ringdex().log().contains(key.substr(20)));
}

TEST_CASE("TLS from the beginning, and after StartTLS") {
  if (!can_search()) return;
  DoorScene::Settings settings;
  settings.tls = true;
  const DoorScene scene(settings);
  const std::string filter = "(telephoneNumber=+12125550123)";
  const std::string ldaps = fmt::format("ldaps://localhost:{}", scene.ringdex().port_of("ldaps"));
  const std::string ldap = fmt::format("ldap://localhost:{}", scene.ringdex().port_of("ldap"));
  CHECK(entries(search(scene, filter, {}, {"-H", ldaps})) == 1);
  CHECK(entries(search(scene, filter, {}, {"-H", ldap, "-ZZ"})) == 1);
  // What stands behind StartTLS in the clear may be somebody else's.
  ByteClient between(scene.ringdex().port_of("ldap"));
  const std::string start_tls =
      "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
      "1.3.6.1.4.1.1466.20037";
  between.send(start_tls + "\x30\x05\x02\x01\x03");
  const std::string answer = between.read_all();
  CHECK(answer.contains("1.3.6.1.4.1.1466.20036"));
}

TEST_CASE("bytes that are no LDAP end the connection with a notice, and nothing else") {
  const DoorScene scene;
  const int port = scene.ringdex().port_of("ldap");
  for (const std::string& bytes : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("\x30\x84\xff\xff\xff\xff", 6),
                                   std::string("\x30\x80\x02\x01\x01", 5), std::string("\x30\x03\x02\x01\x01", 5)}) {
    ByteClient client(port);
    client.send(bytes);
    CHECK(client.read_all().contains("1.3.6.1.4.1.1466.20036"));
  }
  // Three requests at once, the answers in their order: a bind, a search by name, which takes longer, and WhoAmI.
  ByteClient client(port);
  const std::string bind("\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00", 14);
  const std::string by_name(
      "\x30\x2a\x02\x01\x02\x63\x25\x04\x0a"
      "dc=ringdex"
      "\x0a\x01\x02\x0a\x01\x00\x02\x01\x00\x02\x01\x00"
      "\x01\x01\x00\x87\x02"
      "sn"
      "\x30\x04\x04\x02"
      "sn",
      44);
  const std::string who(
      "\x30\x1e\x02\x01\x03\x77\x19\x80\x17"
      "1.3.6.1.4.1.4203.1.11.3",
      32);
  client.send(bind + by_name + who);
  client.finish_sending();
  const std::string answers = client.read_all();
  const std::size_t whitlock = answers.find("Whitlock");
  CHECK(answers.starts_with(std::string("\x30\x0c\x02\x01\x01\x61\x07", 7)));
  CHECK(whitlock != std::string::npos);
  CHECK(answers.rfind(std::string("\x02\x01\x03\x78", 4)) > whitlock);
  CHECK(scene.ringdex().get("/metrics").text.contains("{door=\"ldap\",outcome=\"malformed\"} 4"));
}

TEST_CASE("another LDAP client, over TLS: schema, pages, searches") {
  if (!std::filesystem::exists("/usr/lib/python3/dist-packages/ldap3")) {
    MESSAGE("skipped: python3-ldap3 is not installed");
    return;
  }
  DoorScene::Settings settings;
  settings.tls = true;
  const DoorScene scene(settings);
  const std::string key = scene.key();
  REQUIRE(scene.ringdex().wait_for("/healthz",
                                   [&](const auto&) { return scene.ringdex().get("/v1/version").status == 401; }));
  const auto result = run_command({"/usr/bin/python3", RINGDEX_SOURCE_DIR "/tests/end_to_end/ldap3_client.py",
                                   std::to_string(scene.ringdex().port_of("ldap")), key, scene.certificate()});
  CAPTURE(result.out);
  CHECK(result.exit_code == 0);
  CHECK(result.out.contains("versions 3\n"));
  CHECK(result.out.contains("inetOrgPerson"));
  CHECK(result.out.contains("whoami dn:uid="));
  CHECK(result.out.contains("paged Ada Whitlock|Delphine Marchetti|Edwin Pryce|Jürgen Müller|Max"));
  CHECK(result.out.contains("phones Delphine Marchetti|Jürgen Müller"));
  CHECK(result.out.contains("contains Ada Whitlock\n"));
  CHECK(result.out.contains("attributes cn,displayName,givenName,mail,mobile,o,objectClass,sn,telephoneNumber,uid\n"));
  CHECK(result.out.contains("read ada@whitlock.example"));
  CHECK(result.out.contains("unbound True"));
}

}  // namespace
}  // namespace ringdex::tests
