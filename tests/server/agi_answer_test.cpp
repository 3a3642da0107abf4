#include "server/fastagi/agi_answer.h"

#include <doctest/doctest.h>

namespace ringdex::server {
namespace {

telephony::AgiRequest asked(const std::string& script) {
  telephony::AgiRequest request;
  request.script = script;
  request.caller_id = "+12125550123";
  request.extension = "100";
  return request;
}

TEST_CASE("the script says for which account, with which key and on which line") {
  AgiQuestion question = read_agi_question(asked("lookup/acme?key=rdx_1_2&called=+390612&region=IT&agent=ann"), false);
  CHECK(question.is_known);
  CHECK(question.account == "acme");
  CHECK(question.key == "rdx_1_2");
  CHECK(question.called == " 390612");
  CHECK(question.region == "IT");
  CHECK(question.agent == "ann");
  CHECK(question.number == "+12125550123");
  for (const char* script : {"", "lookup", "lookup?", "/lookup/", "lookup/acme"}) {
    CAPTURE(script);
    CHECK(read_agi_question(asked(script), false).is_known);
  }
  for (const char* script : {"cid", "lookup/a/b", "lookup%zz", "lookup%00", "../lookup"}) {
    CAPTURE(script);
    CHECK_FALSE(read_agi_question(asked(script), false).is_known);
  }
}

TEST_CASE("the called line is the query's, else the first argument, else what was dialled") {
  auto request = asked("lookup");
  CHECK(read_agi_question(request, false).called == "100");
  request.dnid = "0612340000";
  CHECK(read_agi_question(request, false).called == "0612340000");
  request.arguments = {"0612341111", "x"};
  CHECK(read_agi_question(request, false).called == "0612341111");
  request.script = "lookup?called=0612342222";
  CHECK(read_agi_question(request, false).called == "0612342222");
}

TEST_CASE("a number that its owner withholds is asked for only if the config says so") {
  auto request = asked("lookup");
  for (const int presentation : {0, 1, 2, 3}) {
    request.presentation = presentation;
    CHECK(read_agi_question(request, false).number == "+12125550123");
  }
  for (const int presentation : {32, 35, 64, 67}) {
    request.presentation = presentation;
    CHECK(read_agi_question(request, false).number.empty());
    CHECK(read_agi_question(request, true).number == "+12125550123");
  }
}

TEST_CASE("a refusal tells the dialplan and the console, and names nobody") {
  const auto commands = agi_refusal("refused", "no \"key\"\nhere", {.prefix = "X_", .jcard_link = {}});
  REQUIRE(commands.size() == 2);
  CHECK(commands[0] == "SET VARIABLE X_MATCH \"refused\"\n");
  CHECK(commands[1].starts_with("VERBOSE \"ringdex: no \\\"key\\\""));
  CHECK(commands[1].find('\n') == commands[1].size() - 1);
}

}  // namespace
}  // namespace ringdex::server
