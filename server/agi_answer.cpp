#include "server/agi_answer.h"

#include <fmt/format.h>

#include "server/http_message.h"
#include "server/one_line.h"
#include "server/safe_url.h"
#include "telephony/display_name.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kVariableCharactersMax = 250;
constexpr int kVerboseLevel = 3;

std::string text_value(std::string_view text) {
  return telephony::display_name(text, telephony::NameForm::utf8, kVariableCharactersMax);
}

std::string value_of(const HttpRequest& script, std::string_view name) {
  const std::string* value = script.parameter(name);
  return value == nullptr ? std::string() : *value;
}

std::string called_line(const telephony::AgiRequest& request, const HttpRequest& script) {
  if (const std::string* called = script.parameter("called")) return *called;
  if (!request.arguments.empty()) return request.arguments.front();
  return request.dnid.empty() ? request.extension : request.dnid;
}

}  // namespace

AgiQuestion read_agi_question(const telephony::AgiRequest& request, bool names_restricted) {
  AgiQuestion question;
  HttpRequest script;
  script.target = "/" + request.script;
  question.is_known =
      read_target(script) && script.path.size() <= 2 && (script.path.empty() || script.path[0] == "lookup");
  if (question.is_known && script.path.size() == 2) question.account = script.path[1];
  question.key = value_of(script, "key");
  question.region = value_of(script, "region");
  question.agent = value_of(script, "agent");
  question.called = called_line(request, script);
  const bool is_shown = telephony::presentation_of(request) == telephony::AgiPresentation::allowed;
  if (is_shown || names_restricted) question.number = request.caller_id;
  return question;
}

std::vector<std::string> agi_answer(std::string_view account, const LookupAnswer& answer,
                                    const AgiAnswerOptions& options) {
  std::vector<std::string> commands;
  const auto set = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    commands.push_back(telephony::agi_set_variable(fmt::format("{}{}", options.prefix, name), value));
  };
  const std::string line =
      telephony::display_name(one_line(answer), telephony::NameForm::utf8, telephony::kDisplayNameCharactersMax);
  if (!line.empty()) commands.push_back(telephony::agi_set_variable("CALLERID(name)", line));
  set("MATCH", to_string(answer.match));
  if (answer.number.parsed) set("NUMBER", answer.number.parsed->number.to_e164());
  if (answer.unmatchable) set("UNMATCHABLE", to_string(*answer.unmatchable));
  if (answer.candidates.empty() || !answer.has_default) return commands;
  const index::Card& pick = answer.leading(answer.candidates.front());
  set("NAME", text_value(shown_name(pick.name, pick.organization)));
  set("ORGANIZATION", text_value(pick.organization));
  set("RECORD", id_in_url(pick.id_text()));
  set("URL", safe_url(pick.url.text()));
  set("SOURCE", text_value(answer.label(pick)));
  if (options.jcard_link) set("JCARD", options.jcard_link(account, pick.id()));
  if (answer.match == Match::many) set("TOTAL", fmt::format("{}", answer.total));
  return commands;
}

std::vector<std::string> agi_refusal(std::string_view match, std::string_view reason, const AgiAnswerOptions& options) {
  return {telephony::agi_set_variable(fmt::format("{}MATCH", options.prefix), match),
          telephony::agi_verbose(fmt::format("ringdex: {}", reason), kVerboseLevel)};
}

}  // namespace ringdex::server
