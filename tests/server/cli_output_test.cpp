#include "server/cli/cli_output.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

namespace ringdex::server {
namespace {

using Json = nlohmann::json;

Json event(const char* direction, const Json& number, const Json& candidates, std::size_t total) {
  return {{"call", {{"direction", direction}, {"agents", {"mary"}}, {"picked", nullptr}}},
          {"number", number},
          {"candidates", candidates},
          {"total", total},
          {"default", candidates.empty() ? Json(nullptr) : candidates[0]["id"]}};
}

TEST_CASE("an event in one line") {
  const Json number = {{"input", "0201"}, {"e164", "+442079460100"}};
  const Json ada = {{"id", "crm:contact:1"}, {"name", "Ada"}, {"organization", "Glass"}};
  const Json bo = {{"id", "crm:contact:2"}, {"name", "Bo"}, {"organization", ""}};
  const auto text = [](const Json& what) { return event_text("14:03:07", "ringing", what); };
  CHECK(text(event("inbound", number, Json::array({ada}), 1)) ==
        "14:03:07  ringing   <- +442079460100     Ada, Glass  (mary)\n");
  CHECK(text(event("outbound", number, Json::array({bo, ada}), 3)) ==
        "14:03:07  ringing   -> +442079460100     Bo +2 more  (mary)\n");
  CHECK(text(event("inbound", number, Json::array(), 0)).contains("nobody known  (mary)"));

  Json picked = event("inbound", number, Json::array({ada, bo}), 2);
  picked["call"]["picked"] = {{"record", "crm:contact:2"}};
  CHECK(text(picked).contains("     Bo  (mary)"));

  // Nobody else is shown for who was picked or clicked.
  picked["call"]["picked"] = {{"record", "crm:contact:9"}};
  CHECK(text(picked).contains("     crm:contact:9  (mary)"));
  Json clicked = event("outbound", number, Json::array({ada}), 1);
  clicked["default"] = nullptr;
  clicked["call"]["about"] = "crm:lead:7";
  CHECK(text(clicked).contains("     crm:lead:7 (not here yet)  (mary)"));

  Json withheld = event("inbound", {{"input", "anonymous"}, {"e164", nullptr}}, Json::array(), 0);
  withheld["unmatchable"] = "withheld";
  CHECK(text(withheld) == "14:03:07  ringing   <- anonymous         withheld  (mary)\n");
}

TEST_CASE("a call's report in words") {
  const Json report = Json::parse(R"({
    "call": {"id": "c1", "direction": "inbound", "from": "0201", "to": "+1212", "state": "ended",
             "started_at": "2026-11-22T10:32:00Z", "answered_at": null, "ended_at": "2026-11-22T10:40:00Z",
             "agents": ["ann"], "picked": {"record": "crm:contact:2"}},
    "answer": {"match": "many", "number": {"e164": "+442079460100", "region": "GB", "type": "fixed_line"}, "position": 7,
               "candidates": [{"id": "crm:contact:1", "name": "Ada", "label": "CRM"},
                              {"id": "crm:contact:2", "name": "Bo", "label": "CRM"}],
               "default": "crm:contact:1", "total": 2, "default_reason": {"rule": "oldest", "because": "first here"}},
    "changes": [], "picks": [{"record": "crm:contact:2", "agent": "ann", "at": "2026-11-22T10:33:00Z"}],
    "policy": {"pick": ["oldest"]}, "attribute": [{"record": "crm:contact:2", "state": "current", "name": "Bo"}]})");
  const std::string text = call_text(report, report["policy"].dump());
  for (const char* part :
       {"call c1: inbound from 0201 to +1212, ended", "2026-11-22T10:32:00Z, index at position 7:", "* Ada  [CRM]",
        "picked by oldest: first here", "2026-11-22T10:33:00Z picked by ann: crm:contact:2",
        "attribute to crm:contact:2 (current) Bo", R"(rules: {"pick":["oldest"]})"}) {
    CAPTURE(std::string(part));
    CHECK(text.contains(part));
  }
  CHECK(calls_text(Json{{"calls", {report}}}) == "2026-11-22T10:32:00  ended     <- +442079460100     Bo  (ann)\n");
}

TEST_CASE("a text from outside cannot command the terminal") {
  const std::string evil =
      "A\x1b[2J\r\nB\xc2\x9b"
      "31mC\x7f\xc3\xa9";
  Json made = event("inbound", {{"input", evil}, {"e164", nullptr}},
                    Json::array({{{"id", evil}, {"name", evil}, {"organization", evil + "!"}}}), 1);
  made["call"]["agents"] = {evil};
  for (const std::string& text :
       {event_text("14:03:07", evil, made), problem_text(Json{{"code", evil}, {"detail", evil}})}) {
    CHECK(text.find_first_of("\x1b\r\x7f") == std::string::npos);
    CHECK(text.find("\xc2\x9b") == std::string::npos);
    CHECK(text.find('\n') >= text.size() - 1);
    CHECK(text.contains("\xc3\xa9"));
  }
}

TEST_CASE("an event that is not as it should be is shown as far as it goes") {
  for (const char* text : {"null", "7", "[]", "{}", R"({"call": 1, "number": [], "candidates": {}, "total": "x"})",
                           R"({"call": {"agents": {}, "picked": 3}, "candidates": [1, null], "total": -1})"}) {
    CAPTURE(text);
    CHECK(event_text("14:03:07", "changed", Json::parse(text)).starts_with("14:03:07  changed   <- "));
  }
}

}  // namespace
}  // namespace ringdex::server
