#include "telephony/formats/agi_message.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/agi_arguments.h"

namespace ringdex::telephony {
namespace {

using Kind = AgiReply::Kind;
using Arguments = std::vector<std::string>;

// As Asterisk sends it, in its order.
constexpr std::string_view kBlock =
    "agi_network: yes\n"
    "agi_network_script: cid?tenant=7\n"
    "agi_request: agi://10.0.0.5/cid?tenant=7\n"
    "agi_channel: PJSIP/trunk-00000001\n"
    "agi_language: en\n"
    "agi_type: PJSIP\n"
    "agi_uniqueid: 1700000000.42\n"
    "agi_version: 20.5.0\n"
    "agi_callerid: +390612345678\n"
    "agi_calleridname: unknown\n"
    "agi_callingpres: 0\n"
    "agi_callingani2: 0\n"
    "agi_callington: 0\n"
    "agi_callingtns: 0\n"
    "agi_dnid: 0245671234\n"
    "agi_rdnis: unknown\n"
    "agi_context: from-trunk\n"
    "agi_extension: s\n"
    "agi_priority: 3\n"
    "agi_enhanced: 0.0\n"
    "agi_accountcode: \n"
    "agi_threadid: 140042\n"
    "agi_arg_1: sales: north\n"
    "agi_arg_2: \n"
    "agi_arg_3: 7\n"
    "\n";

AgiRequest expected() {
  AgiRequest request;
  request.script = "cid?tenant=7";
  request.caller_id = "+390612345678";
  request.dnid = "0245671234";
  request.presentation = 0;
  request.channel = "PJSIP/trunk-00000001";
  request.unique_id = "1700000000.42";
  request.context = "from-trunk";
  request.extension = "s";
  request.arguments = {"sales: north", "", "7"};
  return request;
}

// The request in these bytes; all of them must belong to it.
AgiRequest read_whole(std::string_view bytes) {
  AgiRequest request;
  std::size_t used = 0;
  REQUIRE(read_agi_request(bytes, request, used) == AgiState::done);
  CHECK(used == bytes.size());
  return request;
}

AgiState state_of(std::string_view bytes) {
  AgiRequest request;
  std::size_t used = 0;
  return read_agi_request(bytes, request, used);
}

AgiReply read_reply(std::string_view bytes) {
  AgiReply reply;
  std::size_t used = 0;
  REQUIRE(read_agi_reply(bytes, reply, used) == AgiState::done);
  CHECK(used == bytes.size());
  return reply;
}

AgiState reply_state(std::string_view bytes) {
  AgiReply reply;
  std::size_t used = 0;
  return read_agi_reply(bytes, reply, used);
}

TEST_CASE("Asterisk's block is read, however it is cut") {
  CHECK(read_whole(kBlock) == expected());
  AgiRequest untouched = expected();
  for (std::size_t size = 0; size < kBlock.size(); ++size) {
    CAPTURE(size);
    std::size_t used = 77;
    CHECK(read_agi_request(kBlock.substr(0, size), untouched, used) == AgiState::need_more);
    CHECK(used == 77);
  }
  CHECK(untouched == expected());
}

TEST_CASE("What follows the block is not taken") {
  AgiRequest request;
  std::size_t used = 0;
  CHECK(read_agi_request(std::string(kBlock) + "200 result=1\nHANGUP\n", request, used) == AgiState::done);
  CHECK(used == kBlock.size());
}

TEST_CASE("Lines may come in any order and end with CR LF") {
  std::vector<std::string> lines;
  for (std::size_t at = 0; kBlock[at] != '\n';) {
    const std::size_t end = kBlock.find('\n', at);
    lines.emplace_back(kBlock.substr(at, end - at));
    at = end + 1;
  }
  REQUIRE(lines.size() == 25);
  std::mt19937 chance(3);
  for (int round = 0; round < 50; ++round) {
    std::ranges::shuffle(lines, chance);
    std::string block;
    for (const auto& line : lines) block += line + (round % 2 == 0 ? "\n" : "\r\n");
    block += round % 2 == 0 ? "\n" : "\r\n";
    CHECK(read_whole(block) == expected());
  }
}

TEST_CASE("The first of two lines counts, and unknown lines are skipped") {
  const AgiRequest request = read_whole(
      "agi_callerid: 1\nagi_callerid: 2\nagi_arg_1: a\nagi_arg_1: b\nagi_new_thing: x\nnoise\nagi_dnid\nagi_dnid: "
      "7\n\n");
  CHECK(request.caller_id == "1");
  CHECK(request.dnid == "7");
  CHECK(request.arguments == Arguments{"a"});
  // Also if the first said nothing: a later line must not fill in what the caller's name smuggled in.
  CHECK(read_whole("agi_rdnis: \nagi_rdnis: 5\n\n").rdnis.empty());
}

TEST_CASE("Asterisk's word for a missing value is read as nothing where it means that") {
  const AgiRequest request = read_whole(
      "agi_callerid: unknown\nagi_calleridname: unknown\nagi_dnid: unknown\nagi_rdnis: unknown\n"
      "agi_context: unknown\nagi_callingpres: unknown\n\n");
  CHECK(request.caller_id.empty());
  CHECK(request.caller_id_name.empty());
  CHECK(request.dnid.empty());
  CHECK(request.rdnis.empty());
  CHECK(request.context == "unknown");
  CHECK(!request.presentation.has_value());
  CHECK(read_whole("agi_calleridname: Unknown Ltd\n\n").caller_id_name == "Unknown Ltd");
}

TEST_CASE("Arguments beyond what Asterisk can send are skipped") {
  const AgiRequest request = read_whole(
      "agi_arg_3: c\nagi_arg_0: x\nagi_arg_129: x\nagi_arg_-1: x\nagi_arg_: x\nagi_arg_1x: x\nagi_arg_99999999999: "
      "x\n\n");
  CHECK(request.arguments == Arguments{"", "", "c"});
  CHECK(read_whole("agi_arg_128: x\n\n").arguments.size() == kAgiArgumentsMax);
}

TEST_CASE("A block that is no request is malformed as soon as that is certain") {
  CHECK(state_of("\n") == AgiState::malformed);
  CHECK(state_of("GET / HTTP/1.1\r\nHost: x\r\n\r\n") == AgiState::malformed);
  CHECK(state_of(std::string_view("agi_network: y\0s\n", 17)) == AgiState::malformed);
  CHECK(state_of(std::string_view("agi_network: y\0", 15)) == AgiState::malformed);

  const std::string longest = "agi_callerid: " + std::string(kAgiLineBytesMax - 14, '7');
  CHECK(state_of(longest) == AgiState::need_more);
  CHECK(read_whole(longest + "\r\n\r\n").caller_id.size() == kAgiLineBytesMax - 14);
  CHECK(state_of(longest + "7") == AgiState::malformed);
  CHECK(state_of(longest + "7\n\n") == AgiState::malformed);

  std::string lines;
  for (std::size_t i = 0; i < kAgiRequestLinesMax; ++i) lines += "agi_x: 1\n";
  CHECK(state_of(lines) == AgiState::need_more);
  CHECK(state_of(lines + "\n") == AgiState::done);
  CHECK(state_of(lines + "agi_x: 1\n") == AgiState::malformed);

  std::string big;
  while (big.size() + 8001 <= kAgiRequestBytesMax) big += "agi_x: " + std::string(7993, 'y') + "\n";
  const std::size_t room = kAgiRequestBytesMax - big.size();
  CHECK(state_of(big + std::string(room - 2, 'z') + "\n\n") == AgiState::done);
  CHECK(state_of(big + std::string(room - 1, 'z') + "\n") == AgiState::malformed);
  CHECK(state_of(big + std::string(room - 1, 'z')) == AgiState::need_more);
}

TEST_CASE("The presentation bits tell whether a number may be shown") {
  const auto presentation = [](std::optional<int> bits) {
    AgiRequest request;
    request.presentation = bits;
    return presentation_of(request);
  };
  CHECK(presentation(std::nullopt) == AgiPresentation::allowed);
  for (int screening = 0; screening < 4; ++screening) {
    CHECK(presentation(screening) == AgiPresentation::allowed);
    CHECK(presentation(0x20 + screening) == AgiPresentation::restricted);
    CHECK(presentation(0x40 + screening) == AgiPresentation::unavailable);
  }
  CHECK(presentation(0x60) == AgiPresentation::unavailable);
}

TEST_CASE("A variable arrives as it was meant") {
  CHECK(agi_set_variable("CALLERID(name)", "Rossi \"Max\" SRL") ==
        "SET VARIABLE CALLERID(name) \"Rossi \\\"Max\\\" SRL\"\n");
  CHECK(agi_set_variable("CRM_URL", "https://crm.example/c/7") == "SET VARIABLE CRM_URL \"https://crm.example/c/7\"\n");
  CHECK(agi_set_variable("X", "") == "SET VARIABLE X \"\"\n");
  CHECK(agi_set_variable("X", "a\\") == "SET VARIABLE X \"a\\\\\"\n");
  CHECK(agi_set_variable("X", std::string_view("a\r\nHANGUP\n\0\x7F", 12)) == "SET VARIABLE X \"aHANGUP\"\n");
  CHECK(agi_set_variable("A \"B\\\r\nHANGUP\xC3\xA4", "1") == "SET VARIABLE ABHANGUP \"1\"\n");
  CHECK(agi_set_variable("", "1").empty());
  CHECK(agi_set_variable(" \n", "1").empty());
  CHECK(!agi_set_variable(std::string(kAgiNameBytesMax, 'N'), "1").empty());
  CHECK(agi_set_variable(std::string(kAgiNameBytesMax + 1, 'N'), "1").empty());
}

TEST_CASE("A value that is too long is cut, never inside a character or an escape") {
  for (const std::string piece : {"a", "\"", "\\", "ä", "€", "😀", "a\"", "\xFF", "\n"}) {
    for (std::size_t shift = 0; shift < 4; ++shift) {
      CAPTURE(piece);
      std::string value(shift, 'x');
      while (value.size() < 20'000) value += piece;
      const std::string line = agi_set_variable("NAME", value);
      CHECK(line.size() <= kAgiCommandBytesMax);
      if (piece != "\n") CHECK(line.size() + 4 > kAgiCommandBytesMax);
      REQUIRE(line.ends_with("\"\n"));
      const auto arguments = tests::agi_arguments(std::string_view(line).substr(0, line.size() - 1));
      REQUIRE(arguments.size() == 4);
      CHECK(value.starts_with(arguments[3]));
      if (piece != "\n" && piece != "a\"") CHECK((arguments[3].size() - shift) % piece.size() == 0);
    }
  }
}

TEST_CASE("A message for the console is quoted, its level kept in range") {
  CHECK(agi_verbose("nobody known \"here\"\n", 3) == "VERBOSE \"nobody known \\\"here\\\"\" 3\n");
  CHECK(agi_verbose("", 0) == "VERBOSE \"\" 1\n");
  CHECK(agi_verbose("x", 99) == "VERBOSE \"x\" 4\n");
  CHECK(agi_verbose(std::string(9000, '"'), 2).size() >= kAgiCommandBytesMax - 1);
  CHECK(agi_verbose(std::string(9000, '"'), 2).size() <= kAgiCommandBytesMax);
}

TEST_CASE("Each kind of reply is told apart") {
  const AgiReply plain{Kind::result, 200, "1", ""};
  CHECK(read_reply("200 result=1\n") == plain);
  CHECK(read_reply("200 result=1\r\n") == plain);
  CHECK(read_reply("200 result=1 (value)\n") == AgiReply{Kind::result, 200, "1", "value"});
  CHECK(read_reply("200 result=1 (value) endpos=1234\n") == AgiReply{Kind::result, 200, "1", "value"});
  CHECK(read_reply("200 result=1 (Acme (Italy) SRL)\n") == AgiReply{Kind::result, 200, "1", "Acme (Italy) SRL"});
  CHECK(read_reply("200 result=1 ()\n") == plain);
  CHECK(read_reply("200 result=-1 endpos=0\n") == AgiReply{Kind::result, 200, "-1", ""});
  CHECK(read_reply("200 result=1 (broken\n") == plain);
  CHECK(read_reply("200 result=1) (\n") == AgiReply{Kind::result, 200, "1)", ""});
  CHECK(read_reply("200\n") == AgiReply{Kind::result, 200, "", ""});
  CHECK(read_reply("HANGUP\n").kind == Kind::hangup);
  CHECK(read_reply("HANGUP\r\n").kind == Kind::hangup);
  CHECK(read_reply("510 Invalid or unknown command\n") == AgiReply{Kind::invalid_command, 510, "", ""});
  CHECK(read_reply("511 Command Not Permitted on a dead channel or intercept routine\n").kind == Kind::dead_channel);
  CHECK(read_reply("520 Invalid command syntax.  Proper usage not available.\n").kind == Kind::usage);
  CHECK(read_reply("100 result=0 Trying...\n") == AgiReply{Kind::unknown, 100, "", ""});
  for (const char* strange : {"\n", "2\n", "200x\n", "HANGUP \n", "hello\n", "2000 result=1\n"}) {
    CHECK(read_reply(strange) == AgiReply{});
  }
}

TEST_CASE("A usage text is one reply, however it is cut") {
  const std::string usage =
      "520-Invalid command syntax.  Proper usage follows:\n"
      " Usage: SET VARIABLE <variablename> <value>\n"
      " \tSets a variable to the current channel.\n"
      "\n"
      "520 End of proper usage.\n";
  CHECK(read_reply(usage).kind == Kind::usage);
  for (std::size_t size = 0; size < usage.size(); ++size) {
    CHECK(reply_state(usage.substr(0, size)) == AgiState::need_more);
  }
  AgiReply reply;
  std::size_t used = 0;
  CHECK(read_agi_reply(usage + "HANGUP\n", reply, used) == AgiState::done);
  CHECK(used == usage.size());

  std::string endless = "520-Invalid\n";
  while (endless.size() < kAgiReplyBytesMax) endless += std::string(100, 'u') + "\n";
  CHECK(reply_state(endless) == AgiState::malformed);
}

TEST_CASE("A reply beyond the limits is malformed") {
  CHECK(reply_state("") == AgiState::need_more);
  CHECK(reply_state("200 result=1") == AgiState::need_more);
  CHECK(reply_state(std::string(kAgiLineBytesMax, '2')) == AgiState::need_more);
  CHECK(reply_state(std::string(kAgiLineBytesMax + 1, '2')) == AgiState::malformed);
  CHECK(reply_state(std::string_view("200 \0", 5)) == AgiState::malformed);
}

}  // namespace
}  // namespace ringdex::telephony
