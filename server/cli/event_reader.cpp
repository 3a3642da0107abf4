#include "server/cli/event_reader.h"

#include <utility>

namespace ringdex::server {

bool EventReader::read(std::string_view bytes, std::vector<ReceivedEvent>& out) {
  while (!bytes.empty()) {
    // The second half of a line's end that was taken for a whole one.
    if (std::exchange(after_return_, false) && bytes.front() == '\n') {
      bytes.remove_prefix(1);
      continue;
    }
    const std::size_t end = bytes.find_first_of("\r\n");
    line_ += bytes.substr(0, end);
    if (line_.size() + event_.data.size() > kEventBytesMax) return false;
    if (end == std::string_view::npos) break;
    after_return_ = bytes[end] == '\r';
    bytes.remove_prefix(end + 1);
    take_line(line_, out);
    line_.clear();
  }
  return true;
}

void EventReader::take_line(std::string_view line, std::vector<ReceivedEvent>& out) {
  if (line.empty()) {
    // An id alone counts, but is no event.
    if (!event_.data.empty()) {
      event_.data.pop_back();
      if (event_.type.empty()) event_.type = "message";
      out.push_back(event_);
    }
    event_.type.clear();
    event_.data.clear();
    return;
  }
  const std::size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (name == "event") event_.type = value;
  if (name == "data") event_.data.append(value).append("\n");
  if (name == "id" && !value.contains('\0')) event_.id = value;
}

}  // namespace ringdex::server
