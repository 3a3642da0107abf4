#include "server/api/events.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "server/api/refusals.h"
#include "server/events/event_frame.h"
#include "telephony/text/plain_text.h"

namespace ringdex::server {
namespace {

// As a browser sends it again; in the query for clients that cannot send headers.
const std::string* last_event_id(const HttpRequest& request) {
  const std::string* header = request.header("last-event-id");
  return header != nullptr ? header : request.parameter("last_event_id");
}

bool read_number(const std::string& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

// Why a listener cannot be told all that it missed; empty: it can.
std::string_view gap(const EventsAsked& asked, const EventsRemembered& found) {
  if (!asked.after) return "";
  if (*asked.after > found.newest) return "ahead";
  if (found.forgotten) return "forgotten";
  return found.too_many ? "too_many" : "";
}

// All that comes before the events that are still to happen.
std::string beginning(const EventsAsked& asked, const EventsRemembered& found) {
  std::string out;
  if (const std::string_view reason = gap(asked, found); !reason.empty()) {
    out += event_frame(found.newest, "reset", fmt::format(R"({{"reason":"{}","newest":{}}})", reason, found.newest));
  } else {
    for (const index::CallEvent& event : found.events) out += event_frame(event);
  }
  // Its id must not skip what stands before it.
  return out + event_frame(found.newest, "ready", fmt::format(R"({{"newest":{}}})", found.newest));
}

HttpResponse listen(EventHub& hub, const EventHistory& history, const HttpRequest& request) {
  EventsAsked asked{.account = request.principal.account, .events_max = kReplayedEventsMax};
  if (const std::string* agent = request.parameter("agent")) {
    if (!is_agent_name(*agent)) {
      return problem(400, "bad_agent",
                     fmt::format("agent is a name of 1 to {} bytes without control characters", kAgentNameBytesMax));
    }
    asked.agent = *agent;
  }
  if (const std::string* last = last_event_id(request)) {
    if (!read_number(*last, asked.after.emplace())) {
      return problem(400, "bad_last_event_id", "Last-Event-ID is the id of the last event that came, a number");
    }
  }
  HttpResponse response;
  response.events = hub.subscribe(asked.account, asked.agent);
  if (!response.events) {
    response = problem(503, "too_many_listeners", "as many listen to events as this server serves");
    response.headers.emplace_back("Retry-After", "10");
    return response;
  }
  // Subscribed before: what happens meanwhile stands in both, or in either, and is told once.
  const auto found = history(asked);
  if (!found) return store_failed(found.error().message);
  response.events->skip_to(found->newest);
  response.content_type = "text/event-stream";
  // Else nginx would hold events back until it has a buffer full of them.
  response.headers.emplace_back("X-Accel-Buffering", "no");
  response.body = beginning(asked, *found);
  return response;
}

}  // namespace

bool is_agent_name(std::string_view name) {
  if (name.empty() || name.size() > kAgentNameBytesMax || !text::plain_text(name)) return false;
  const bool has_ascii_control =
      std::ranges::any_of(name, [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; });
  // U+0080 to U+009F.
  bool has_late_control = false;
  for (std::size_t at = name.find('\xc2'); at != std::string_view::npos; at = name.find('\xc2', at + 1)) {
    has_late_control = has_late_control || static_cast<unsigned char>(name[at + 1]) < 0xa0;
  }
  return !has_ascii_control && !has_late_control;
}

std::vector<HttpRoute> event_routes(EventHub& hub, EventHistory history) {
  // Many come back at once after a restart, and must not keep a ring waiting.
  return {{.method = "GET",
           .path = "/v1/events",
           .scope = Scope::agent | Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&hub, history = std::move(history)](const HttpRequest& request) {
             return listen(hub, history, request);
           }}};
}

}  // namespace ringdex::server
