#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "server/events/event_history.h"
#include "server/events/event_hub.h"
#include "server/http/http_router.h"

namespace ringdex::server {

// More than this a listener is not told of again; it loads the state of the calls instead.
inline constexpr std::size_t kReplayedEventsMax = 1'000;

inline constexpr std::size_t kAgentNameBytesMax = 64;
// Whether a text may name an agent: 1 to kAgentNameBytesMax bytes of UTF-8 without control characters.
bool is_agent_name(std::string_view name);

// GET /v1/events[?agent=][&last_event_id=], a stream of server-sent events. Those after the header Last-Event-ID (or
// the query's last_event_id) come first; where that cannot be told without a gap, `reset` comes instead of them. Then
// `ready`, once on each stream, and behind it what happens from now on. `id` is the event's number, of `reset` and
// `ready` that of the account's newest event.
std::vector<HttpRoute> event_routes(EventHub& hub, EventHistory history);

}  // namespace ringdex::server
