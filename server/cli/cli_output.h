#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ringdex::server {

using Json = nlohmann::ordered_json;

// The server's answers for people. Control characters of a CRM's text never reach the terminal.
std::string lookup_text(const Json& answer);
std::string explain_text(const Json& explained);
std::string sources_text(const Json& sources);
std::string runs_text(const Json& runs);
std::string run_text(const Json& run);
std::string rejects_text(const Json& rejects);
std::string today_text(const Json& today);
std::string preview_text(const Json& preview);
// One line on how far the run in hand of a source is.
std::string progress_text(const Json& source);
std::string resync_text(const Json& outcome);
// One line on something that happened to a call, at `time`.
std::string event_text(const std::string& time, const std::string& type, const Json& event);
std::string calls_text(const Json& calls);
std::string call_text(const Json& report);
// "code: detail"
std::string problem_text(const Json& problem);

}  // namespace ringdex::server
