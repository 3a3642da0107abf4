#pragma once

#include <string>
#include <string_view>

#include "telephony/text/json_value.h"

namespace ringdex::server {

// The server's answers for people. Control characters of a CRM's text never reach the terminal.
std::string lookup_text(text::JsonView answer);
std::string explain_text(text::JsonView explained);
std::string sources_text(text::JsonView sources);
std::string runs_text(text::JsonView runs);
std::string run_text(text::JsonView run);
std::string rejects_text(text::JsonView rejects);
std::string today_text(text::JsonView today);
std::string preview_text(text::JsonView preview);
// One line on how far the run in hand of a source is.
std::string progress_text(text::JsonView source);
std::string resync_text(text::JsonView outcome);
// One line on something that happened to a call, at `time`.
std::string event_text(const std::string& time, const std::string& type, text::JsonView event);
std::string calls_text(text::JsonView calls);
// `rules` is the report's policy as it is written.
std::string call_text(text::JsonView report, std::string_view rules);
// "code: detail"
std::string problem_text(text::JsonView problem);

}  // namespace ringdex::server
