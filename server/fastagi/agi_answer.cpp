#include "server/fastagi/agi_answer.h"

#include <fmt/core.h>

#include "server/lookup/caller_line.h"
#include "server/system/url_target.h"
#include "telephony/formats/display_name.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kVariableCharactersMax = 250;
constexpr int kVerboseLevel = 3;

using Query = ReusedList<NamedText>;

std::string text_value(std::string_view text) {
  return telephony::display_name(text, telephony::NameForm::utf8, kVariableCharactersMax);
}

std::string value_of(const Query& script, std::string_view name) {
  const std::string* value = find_named(script, name);
  return value == nullptr ? std::string() : *value;
}

std::string called_line(const telephony::AgiRequest& request, const Query& script) {
  if (const std::string* called = find_named(script, "called")) return *called;
  if (!request.arguments.empty()) return request.arguments.front();
  return request.dnid.empty() ? request.extension : request.dnid;
}

// Several variables with one command, and so one round trip: Asterisk's function ARRAY takes names and values between
// commas, and counts brackets (funcs/func_strings.c, main/app.c).
class VariableList {
 public:
  explicit VariableList(std::string_view prefix) : prefix_(prefix) {}

  void add(std::string_view name, std::string_view value) {
    const std::string_view comma = names_.empty() ? "" : ",";
    names_.append(comma).append(prefix_).append(name);
    values_.append(comma);
    for (const char character : value) {
      if (std::string_view("\\,()[]\"").contains(character)) values_.push_back('\\');
      values_.push_back(character);
    }
  }
  std::string command() const { return telephony::agi_set_variable(fmt::format("ARRAY({})", names_), values_); }

 private:
  const std::string_view prefix_;
  std::string names_;
  std::string values_;
};

}  // namespace

AgiQuestion read_agi_question(const telephony::AgiRequest& request, bool names_restricted) {
  AgiQuestion question;
  ReusedList<std::string> path;
  Query script;
  read_url_target("/" + request.script, path, script);
  question.is_known = path.size() <= 2 && (path.empty() || path[0] == "lookup");
  if (question.is_known && path.size() == 2) question.account = path[1];
  question.key = value_of(script, "key");
  question.region = value_of(script, "region");
  question.plan = telephony::plan_from(value_of(script, "plan"));
  question.agent = value_of(script, "agent");
  question.called = called_line(request, script);
  const bool is_shown = telephony::presentation_of(request) == telephony::AgiPresentation::allowed;
  if (is_shown || names_restricted) question.number = request.caller_id;
  return question;
}

std::vector<std::string> agi_answer(std::string_view account, const LookupAnswer& answer,
                                    const AgiAnswerOptions& options) {
  const bool is_known = answer.pick() != nullptr;
  const index::Card pick = is_known ? *answer.pick() : index::Card{};
  // What an earlier question on the channel left in any of these goes.
  VariableList variables(options.prefix);
  variables.add("MATCH", to_string(answer.match));
  variables.add("UNMATCHABLE", answer.unmatchable ? to_string(*answer.unmatchable) : "");
  variables.add("NUMBER", answer.number.parsed ? answer.number.parsed->number.to_e164() : "");
  variables.add("TOTAL", fmt::format("{}", answer.total));
  variables.add("NAME", text_value(shown_name(pick.name, pick.organization)));
  variables.add("ORGANIZATION", text_value(pick.organization));
  variables.add("RECORD", is_known ? text::id_in_url(pick.id_text()) : "");
  variables.add("URL", text::safe_url(pick.url.text()));
  variables.add("SOURCE", is_known ? text_value(answer.label(pick)) : "");
  if (options.jcard_link) {
    variables.add("JCARD", shows_one_person(answer) ? options.jcard_link(account, pick.id()) : "");
  }
  std::vector<std::string> commands;
  const std::string line =
      telephony::display_name(caller_line(answer), telephony::NameForm::utf8, telephony::kDisplayNameCharactersMax);
  if (!line.empty()) commands.push_back(telephony::agi_set_variable("CALLERID(name)", line));
  commands.push_back(variables.command());
  return commands;
}

std::vector<std::string> agi_refusal(std::string_view match, std::string_view reason, const AgiAnswerOptions& options) {
  return {telephony::agi_set_variable(fmt::format("{}MATCH", options.prefix), match),
          telephony::agi_verbose(fmt::format("ringdex: {}", reason), kVerboseLevel)};
}

}  // namespace ringdex::server
