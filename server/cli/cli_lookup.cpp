#include "server/cli/cli_lookup.h"

#include "telephony/text/json_layout.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

ExitCode ask_number(const CliOptions& options, const char* path,
                    const std::function<std::string(text::JsonView)>& words) {
  const auto answer = get(options.server, path,
                          {{"number", options.number.empty() ? " " : options.number},
                           {"region", options.region},
                           {"called", options.called},
                           {"plan", options.plan}});
  const ExitCode shown = show(options, answer, words);
  if (shown != ExitCode::ok) return shown;
  const text::JsonView body = answer.body;
  const text::JsonView lookup = body["answer"].is_absent() ? body : body["answer"];
  return lookup["match"].text().value_or("none") == "none" ? ExitCode::negative : ExitCode::ok;
}

}  // namespace

ExitCode look_up(const CliOptions& options) {
  return ask_number(options, "/v1/lookup", lookup_text);
}

ExitCode explain(const CliOptions& options) {
  return ask_number(options, "/v1/explain", explain_text);
}

ExitCode resync(const CliOptions& options) {
  const auto answer = post(options.server, "/v1/records/" + text::percent_encoded(options.record) + "/resync");
  const ExitCode shown = show(options, answer, resync_text);
  if (shown != ExitCode::ok) return shown;
  const std::string outcome = answer.body["outcome"].text_or_empty();
  return outcome == "unreachable" || outcome == "not_found" ? ExitCode::negative : ExitCode::ok;
}

ExitCode list_calls(const CliOptions& options) {
  const auto answer = get(options.server, "/v1/calls",
                          {{"number", options.number},
                           {"agent", options.agent},
                           {"record", options.record},
                           {"since", options.since},
                           {"until", options.until},
                           {"limit", std::to_string(options.limit)}});
  return show(options, answer, calls_text);
}

ExitCode show_call(const CliOptions& options) {
  const auto answer = get(options.server, "/v1/calls/" + text::percent_encoded(options.call));
  return show(options, answer, [&answer](text::JsonView report) {
    return call_text(report, text::compact(text::member_of(answer.text, "policy")));
  });
}

}  // namespace ringdex::server
