#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/end_to_end/door_scene.h"

namespace ringdex::tests {
namespace {

const std::string kVariables =
    "SET VARIABLE ARRAY(RINGDEX_MATCH,RINGDEX_UNMATCHABLE,RINGDEX_NUMBER,RINGDEX_TOTAL,RINGDEX_NAME,"
    "RINGDEX_ORGANIZATION,RINGDEX_RECORD,RINGDEX_URL,RINGDEX_SOURCE) ";

// What Asterisk sends, in its order.
std::string request(const std::string& script, const std::string& caller, const std::string& more = "") {
  return fmt::format(
      "agi_network: yes\nagi_network_script: {0}\nagi_request: agi://127.0.0.1/{0}\nagi_channel: PJSIP/trunk-00000001\n"
      "agi_language: en\nagi_type: PJSIP\nagi_uniqueid: 1700000000.42\nagi_version: 20.5.0\nagi_callerid: {1}\n"
      "agi_calleridname: unknown\n{2}agi_callingani2: 0\nagi_callington: 0\nagi_callingtns: 0\nagi_dnid: unknown\n"
      "agi_rdnis: unknown\nagi_context: from-outside\nagi_extension: 100\nagi_priority: 2\nagi_enhanced: 0.0\n"
      "agi_accountcode: \nagi_threadid: 140000000000000\n\n",
      script, caller, more.empty() ? "agi_callingpres: 0\n" : more);
}

// Plays Asterisk's part: the request, "200 result=1" to each command, HANGUP at the end. What ringdex sent.
std::string dialogue(int port, const std::string& block, const std::string& reply = "200 result=1\n") {
  ByteClient asterisk(port);
  asterisk.send(block);
  std::string commands;
  while (true) {
    const std::string line = asterisk.read_until("\n");
    if (!line.ends_with('\n')) return commands + line;
    commands += line;
    asterisk.send(reply);
  }
}

TEST_CASE("an Asterisk gets the caller's name and channel variables, to the byte") {
  DoorScene::Settings settings;
  settings.people = "7,Smith (UK,Acme [x,(212) 555-0177,,\n";
  const DoorScene scene(settings);
  const int port = scene.ringdex().port_of("agi");
  REQUIRE(port > 0);
  CHECK(dialogue(port, request("lookup", "+12125550123")) ==
        "SET VARIABLE CALLERID(name) \"Ada Whitlock\"\n" + kVariables +
            "\"one,,+12125550123,1,Ada Whitlock,Whitlock & Daughters,people:contact:1,,People\"\n");
  CHECK(dialogue(port, request("lookup?called=+442079460999", "02079460100")).contains("\"many,,+442079460100,2,"));
  // Of an earlier question on the channel nothing is left.
  CHECK(dialogue(port, request("lookup", "+12125550199")) == kVariables + "\"none,,+12125550199,0,,,,,\"\n");
  CHECK(dialogue(port, request("lookup", "442079460100")).contains("\"many,"));
  CHECK(dialogue(port, request("lookup?plan=national", "442079460100")).contains("\"none,"));
  // Brackets would hide the commas behind them.
  CHECK(dialogue(port, request("lookup", "+12125550177"))
            .ends_with("\"one,,+12125550177,1,Smith \\\\(UK,Acme \\\\[x,people:contact:7,,People\"\n"));
  CHECK(dialogue(port, request("lookup/default", "unknown")).contains("\"none,"));
  CHECK(dialogue(port, request("", "2125550166")).starts_with("SET VARIABLE CALLERID(name) \"Nameless Ltd\"\n"));
}

TEST_CASE("a caller who withholds the number is not named, unless the config says so") {
  const std::string withheld = "agi_callingpres: 35\n";
  const DoorScene scene;
  const std::string unnamed = dialogue(scene.ringdex().port_of("agi"), request("lookup", "+12125550123", withheld));
  CHECK(unnamed == kVariables + "\"none,withheld,,0,,,,,\"\n");
  CHECK_FALSE(unnamed.contains("Ada"));
  DoorScene::Settings settings;
  settings.fastagi = R"(, "names_restricted": true, "prefix": "CRM_")";
  const DoorScene open(settings);
  const std::string commands = dialogue(open.ringdex().port_of("agi"), request("lookup", "+12125550123", withheld));
  CHECK(commands.contains("CALLERID(name) \"Ada Whitlock\""));
  CHECK(commands.contains("ARRAY(CRM_MATCH,CRM_UNMATCHABLE,"));
  CHECK(commands.contains("\"one,"));
}

TEST_CASE("who hangs up, refuses commands or speaks something else ends the dialogue and nothing more") {
  const DoorScene scene;
  const int port = scene.ringdex().port_of("agi");
  const std::string block = request("lookup", "+12125550123");
  {
    ByteClient gone(port);
    gone.send(block);
    CHECK(gone.read_until("\n").starts_with("SET VARIABLE CALLERID(name)"));
    gone.send("HANGUP\n200 result=1\n");
    CHECK(gone.read_all().empty());
  }
  const std::string first = "SET VARIABLE CALLERID(name) \"Ada Whitlock\"\n";
  CHECK(dialogue(port, block, "511 Command Not Permitted on a dead channel or intercept routine\n") == first);
  CHECK(dialogue(port, block, "510 Invalid or unknown command\n").contains("RINGDEX_MATCH"));
  CHECK(dialogue(port, block, "520-Invalid command syntax.  Proper usage follows:\nusage\n520 End of proper usage.\n")
            .contains("RINGDEX_MATCH"));
  CHECK(dialogue(port, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").empty());
  CHECK(dialogue(port, std::string(100'000, 'x')).empty());
  {
    ByteClient half(port);
    half.send(block.substr(0, block.size() / 2));
    half.finish_sending();
    CHECK(half.read_all().empty());
  }
  // In pieces of a byte.
  ByteClient slow(port);
  for (const char byte : block) slow.send(std::string(1, byte));
  CHECK(slow.read_until("\n") == first);
  const std::string metrics = scene.ringdex().get("/metrics").text;
  CHECK(metrics.contains("ringdex_door_requests_total{door=\"fastagi\",outcome=\"malformed\"} 2"));
}

TEST_CASE("an Asterisk that does not go on is left after the deadline") {
  DoorScene::Settings settings;
  settings.fastagi = R"(, "deadline": "300ms")";
  const DoorScene scene(settings);
  ByteClient silent(scene.ringdex().port_of("agi"));
  CHECK(silent.read_all().empty());
  ByteClient mute(scene.ringdex().port_of("agi"));
  mute.send(request("lookup", "+12125550123"));
  CHECK(mute.read_until("\n").contains("Ada Whitlock"));
  CHECK(mute.read_all().empty());
  CHECK(scene.ringdex().wait_for("/metrics", [&](const auto&) {
    return scene.ringdex().get("/metrics").text.contains("{door=\"fastagi\",outcome=\"late\"} 2");
  }));
}

TEST_CASE("with keys the script names one, or the network is trusted") {
  DoorScene::Settings settings;
  settings.fastagi = R"(, "networks": {"192.0.2.0/24": "default"})";
  const DoorScene scene(settings);
  const int port = scene.ringdex().port_of("agi");
  const std::string key = scene.key();
  REQUIRE(scene.ringdex().wait_for("/healthz",
                                   [&](const auto&) { return scene.ringdex().get("/v1/version").status == 401; }));
  const std::string refused = dialogue(port, request("lookup", "+12125550123"));
  CHECK(refused.starts_with("SET VARIABLE RINGDEX_MATCH \"refused\"\nVERBOSE \"ringdex: no valid key"));
  CHECK_FALSE(refused.contains("Ada"));
  CHECK(dialogue(port, request("lookup?key=" + key, "+12125550123")).contains("Ada Whitlock"));
  CHECK(dialogue(port, request("lookup/other?key=" + key, "+12125550123")).contains("refused"));
  CHECK(dialogue(port, request("nonsense?key=" + key, "+12125550123")).contains("no such script"));

  DoorScene::Settings trusting;
  trusting.fastagi = R"(, "networks": {"127.0.0.0/8": "default"})";
  const DoorScene open(trusting);
  open.key();
  REQUIRE(open.ringdex().wait_for("/healthz",
                                  [&](const auto&) { return open.ringdex().get("/v1/version").status == 401; }));
  CHECK(dialogue(open.ringdex().port_of("agi"), request("lookup", "+12125550123")).contains("Ada Whitlock"));
}

}  // namespace
}  // namespace ringdex::tests
