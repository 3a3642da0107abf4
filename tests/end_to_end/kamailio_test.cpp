#include <doctest/doctest.h>

#include <atomic>
#include <optional>
#include <regex>

#include "telephony/text/percent_encoding.h"
#include "tests/end_to_end/scene.h"
#include "tests/end_to_end/sip_scene.h"
#include "tests/support/raw_server.h"

namespace ringdex::tests {
namespace {

using namespace std::chrono_literals;
using test_support::RawServer;

constexpr const char* kKnown = "+12125550123";
constexpr const char* kUnknown = "+12125550199";

// False, with a word about it, where the programs are missing; './dev test' installs them.
bool can_call() {
  if (SipScene::installed()) return true;
  MESSAGE("skipped: Kamailio or SIPp is not installed (kamailio, kamailio-utils-modules, sip-tester)");
  return false;
}

SipCaller from(const std::string& number) {
  return {fmt::format("<sip:{}@127.0.0.1>", number)};
}

std::string name_of(const RingdexProcess& ringdex, const std::string& number) {
  return ringdex.get("/cnam?number=" + text::percent_encoded(number)).text;
}

// Answers with success so far, without the one that tells it.
long answers_of(const RingdexProcess& ringdex) {
  const std::string text = ringdex.get("/metrics").text;
  std::smatch found;
  REQUIRE(std::regex_search(text, found, std::regex(R"rx(ringdex_http_responses_total\{class="2xx"\} (\d+))rx")));
  return std::stol(found[1]);
}

// A name-addr: a display name, unquoted, and what follows it. None if it is not one quoted string and an address.
struct NamedAddress {
  std::string name;
  std::string rest;
};
std::optional<NamedAddress> named_address(const std::string& line) {
  static const std::regex kLine(R"rx([A-Za-z-]+: "((?:[^"\\]|\\.)*)" (<[^<>"]*>(?:;tag=\w+)?))rx");
  std::smatch parts;
  if (!std::regex_match(line, parts, kLine)) return std::nullopt;
  return NamedAddress{std::regex_replace(parts[1].str(), std::regex(R"(\\(.))"), "$1"), parts[2]};
}

constexpr std::size_t kInviteHeaders = 12;

// The INVITE tells this name, three times over, and has nothing that was not sent or is not the route's own.
void check_named(const SipMessage& invite, const std::string& name, const std::string& from,
                 const std::string& asserted) {
  CAPTURE(invite.text);
  const auto from_lines = invite.lines("From");
  REQUIRE(from_lines.size() == 1);
  const auto shown = named_address(from_lines[0]);
  REQUIRE(shown);
  CHECK(shown->name == name);
  CHECK(shown->rest.starts_with("<" + from + ">;tag="));
  const auto asserted_lines = invite.lines("P-Asserted-Identity");
  REQUIRE(asserted_lines.size() == 1);
  const auto sure = named_address(asserted_lines[0]);
  REQUIRE(sure);
  CHECK(sure->name == name);
  CHECK(sure->rest == "<" + asserted + ">");
  CHECK(invite.lines("X-Caller-Name") == std::vector{"X-Caller-Name: " + name});
}

TEST_CASE("a call through Kamailio gets its caller's name from ringdex, with one question a call") {
  if (!can_call()) return;
  ZendeskScene scene;
  scene.zendesk().add_user(person("Ada Whitlock", "(212) 555-0123"));
  scene.zendesk().add_user(person("Zoë Müller-Ångström", "+442079460100"));
  const auto ringdex = scene.start();
  REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
  REQUIRE(ringdex->wait_until_idle("zendesk-eu"));
  SipScene sip(ringdex->port());
  const std::string trunk = "\"Trunk 7\" <sip:+19995550100@127.0.0.1>";
  const std::vector<SipCaller> callers = {
      from(kKnown),
      {"\"Spoofed\" <sip:2125550123@127.0.0.1>"},
      {trunk, "P-Asserted-Identity: \"N. N.\" <sip:+442079460100@carrier.example>"},
      {trunk, "P-Asserted-Identity: <tel:+44-20-7946-0100>"},
      from(kUnknown),
      {"\"Anonymous\" <sip:anonymous@anonymous.invalid>"},
      {"\"Anonymous\" <sip:anonymous@anonymous.invalid>", "P-Asserted-Identity: <sip:+12125550123@carrier.example>",
       "Privacy: id"},
      {trunk, "X-Caller-Name: Forged"},
  };
  const long before = answers_of(*ringdex);
  const SipCalls calls = sip.call(callers);
  REQUIRE_MESSAGE(calls.connected, calls.log);
  // One question for each, apart from the one who wants to be private, and the answer to the first count.
  CHECK(answers_of(*ringdex) - before == 7 + 1);

  const std::string known = fmt::format("sip:{}@127.0.0.1", kKnown);
  check_named(calls.invites[0], "Ada Whitlock", known, known);
  check_named(calls.invites[1], "Ada Whitlock", "sip:2125550123@127.0.0.1", "sip:2125550123@127.0.0.1");
  check_named(calls.invites[2], "Zoë Müller-Ångström", "sip:+19995550100@127.0.0.1",
              "sip:+442079460100@carrier.example");
  check_named(calls.invites[3], "Zoë Müller-Ångström", "sip:+19995550100@127.0.0.1", "tel:+44-20-7946-0100");
  for (const std::size_t i : {4U, 5U, 6U}) {
    CAPTURE(calls.invites[i].text);
    CHECK(calls.invites[i].lines("From") == std::vector{fmt::format("From: {};tag={}", callers[i].from, i + 1)});
    CHECK(calls.invites[i].text.contains("\r\n" + callers[i].asserted + "\r\n"));
    CHECK(calls.invites[i].header_names().size() == kInviteHeaders);
  }
  // What outsiders say under our own header's name does not get in.
  CHECK(calls.invites[7].header_names().size() == kInviteHeaders - 1);
  CHECK_FALSE(calls.invites[7].text.contains("Forged"));
  // The caller learns nothing of how it is called here.
  for (std::size_t i = 0; i < callers.size(); ++i) {
    CHECK(calls.replies[i].lines("From") == std::vector{fmt::format("From: {};tag={}", callers[i].from, i + 1)});
  }
}

TEST_CASE("whatever a CRM says that a caller is called, the phone gets a name and no header more") {
  if (!can_call()) return;
  const std::vector<std::string> names = {
      "Eve\r\nX-Injected: 1\r\n\r\nv=0",
      "Eve\nX-Injected: 1",
      "Eve \"Max\" <sip:x@example.org>;tag=1, 'Q' % ; : ,",
      "Eve ${SHELL} $(ci) $var(num) $fU",
      "Eve %s%n%x %0d%0aX-Injected: 1",
      "Eve\\",
      "Eve \\\" \\\\ \\r\\nX-Injected: 1",
      "Eve " + std::string(296, 'e'),
      "Evé Ørsted 李小龍 Ελένη 🙂",
      "Eve \xE2\x80\xAE"
      "evE \xC2\x85 \xE2\x80\xA8 X-Injected: 1",
  };
  ZendeskScene scene;
  std::vector<SipCaller> callers = {from(kUnknown)};
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < names.size(); ++i) {
    numbers.push_back(fmt::format("+1212555{:04}", 101 + i));
    scene.zendesk().add_user(person(names[i], numbers[i]));
    callers.push_back(from(numbers[i]));
  }
  const auto ringdex = scene.start();
  REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
  REQUIRE(ringdex->wait_until_idle("zendesk-eu"));
  SipScene sip(ringdex->port());
  const SipCalls calls = sip.call(callers);
  REQUIRE_MESSAGE(calls.connected, calls.log);
  std::vector<std::string> expected = calls.invites[0].header_names();
  CHECK(expected.size() == kInviteHeaders);
  for (const char* added : {"P-Asserted-Identity", "X-Caller-Name"}) expected.emplace_back(added);
  std::ranges::sort(expected);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const SipMessage& invite = calls.invites[i + 1];
    CAPTURE(names[i]);
    CAPTURE(invite.text);
    const std::string name = name_of(*ringdex, numbers[i]);
    CHECK(name.starts_with("Ev"));
    const std::string uri = fmt::format("sip:{}@127.0.0.1", numbers[i]);
    check_named(invite, name, uri, uri);
    CHECK(invite.header_names() == expected);
    // Header and nothing behind it, with no control character in any line.
    CHECK(invite.text.find("\r\n\r\n") == invite.text.size() - 4);
    const std::string lines = std::regex_replace(invite.text, std::regex("\r\n"), "");
    CHECK(std::ranges::none_of(lines, [](char byte) { return static_cast<unsigned char>(byte) < ' '; }));
  }
}

TEST_CASE("a call connects without a name where ringdex is away or does not answer") {
  if (!can_call()) return;
  SUBCASE("nobody listens") {
    SipScene sip(free_port());
    const SipCalls calls = sip.call({from(kKnown), from(kUnknown)});
    REQUIRE_MESSAGE(calls.connected, calls.log);
    for (const SipMessage& invite : calls.invites) CHECK(invite.header_names().size() == kInviteHeaders);
  }
  SUBCASE("somebody listens and says nothing, or not enough") {
    const std::vector<std::string> answers = {"", "HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nAda"};
    for (const std::string& answer : answers) {
      std::atomic<int> questions = 0;
      const RawServer server([&](int socket, const std::string&) {
        ++questions;
        RawServer::send_all(socket, answer);
        RawServer::closed_within(socket, 20'000);
      });
      SipScene sip(server.port());
      const auto begin = std::chrono::steady_clock::now();
      const SipCalls calls = sip.call({from(kKnown)});
      REQUIRE_MESSAGE(calls.connected, calls.log);
      CHECK(std::chrono::steady_clock::now() - begin < 3500ms);  // Kamailio waits for one second
      CHECK(calls.invites[0].header_names().size() == kInviteHeaders);
      CHECK(questions == 1);
    }
  }
  SUBCASE("what answers is an error") {
    const RawServer server([&](int socket, const std::string&) {
      RawServer::send_all(socket, "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\nConnection: close\r\n\r\nNot Found");
    });
    SipScene sip(server.port());
    const SipCalls calls = sip.call({from(kKnown)});
    REQUIRE_MESSAGE(calls.connected, calls.log);
    CHECK(calls.invites[0].header_names().size() == kInviteHeaders);
  }
}

TEST_CASE("Kamailio asks with an API key in the URL or in a header, and with a plus as it is") {
  if (!can_call()) return;
  ZendeskScene scene;
  scene.zendesk().add_user(person("Ada Whitlock", "(212) 555-0123"));
  std::string key;
  {
    const auto open = scene.start();
    REQUIRE_MESSAGE(open->serving(), open->log());
    REQUIRE(open->wait_until_idle("zendesk-eu"));
    const auto made =
        run_command({RINGDEX_BINARY, "key", "create", "--config", open->config_path(), "--scope", "lookup"});
    REQUIRE_MESSAGE(made.exit_code == 0, made.out);
    const std::size_t at = made.out.find("rdx_");
    key = made.out.substr(at, made.out.find('\n', at) - at);
  }
  const auto ringdex = scene.start();
  REQUIRE_MESSAGE(ringdex->serving(), ringdex->log());
  // Kamailio waits for a second only, and a server that has just started may take longer on a busy machine.
  REQUIRE(ringdex->get("/cnam?number=2125550123&key=" + key).text == "Ada Whitlock");
  const std::string known = fmt::format("sip:{}@127.0.0.1", kKnown);
  const std::string plus = "$(var(num){s.urlencode.param})";
  const std::string variable = "\", \"$var(name)\")";
  struct Row {
    SipScene::Changes changes;
    bool named;
  };
  const Row rows[] = {
      {{{"/cnam?", "/cnam?key=" + key + "&"}}, true},
      {{{"/cnam?", "/cnam?key=" + key + "&"}, {plus, "$var(num)"}}, true},
      {{{variable, "\", \"\", \"X-API-Key: " + key + variable}}, true},
      {{{"/cnam?", "/cnam?key=" + key + "0&"}}, false},
      {{}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(&row - rows);
    SipScene sip(ringdex->port(), row.changes);
    const SipCalls calls = sip.call({from(kKnown)});
    REQUIRE_MESSAGE(calls.connected, calls.log);
    if (row.named) check_named(calls.invites[0], "Ada Whitlock", known, known);
    if (!row.named) CHECK(calls.invites[0].header_names().size() == kInviteHeaders);
  }
}

}  // namespace
}  // namespace ringdex::tests
