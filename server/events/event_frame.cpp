#include "server/events/event_frame.h"

namespace ringdex::server {
namespace {

void append_field(std::string& out, std::string_view name, std::string_view value) {
  while (true) {
    const std::size_t end = value.find_first_of("\r\n");
    out.append(name).append(": ").append(value.substr(0, end)).append("\n");
    if (end == std::string_view::npos) return;
    value.remove_prefix(end + (value.substr(end).starts_with("\r\n") ? 2 : 1));
  }
}

}  // namespace

std::string event_frame(std::uint64_t number, std::string_view type, std::string_view data) {
  std::string out;
  out.reserve(type.size() + data.size() + 48);
  append_field(out, "id", std::to_string(number));
  append_field(out, "event", type);
  append_field(out, "data", data);
  out += "\n";
  return out;
}

std::string event_frame(const index::CallEvent& event) {
  return event_frame(event.number, event.type, event.data);
}

}  // namespace ringdex::server
