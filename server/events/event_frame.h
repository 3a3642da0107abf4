#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "index/calls/call_event.h"

namespace ringdex::server {

// One event as server-sent events write it (WHATWG HTML, section 9.2): "id: 7\nevent: ringing\ndata: {…}\n\n". Data of
// several lines has a `data:` line for each, so that no text from outside can end the event or begin another.
std::string event_frame(std::uint64_t number, std::string_view type, std::string_view data);
std::string event_frame(const index::CallEvent& event);

// A comment, which clients skip: it shows both sides that the connection lives.
inline constexpr std::string_view kHeartbeatFrame = ":\n\n";

}  // namespace ringdex::server
