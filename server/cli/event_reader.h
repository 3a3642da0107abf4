#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ringdex::server {

struct ReceivedEvent {
  std::string id;    // the last that came, with this event or before
  std::string type;  // "message" where the stream names none
  std::string data;
  bool operator==(const ReceivedEvent&) const = default;
};

// Server-sent events out of the bytes of a stream, however they are cut (WHATWG HTML, section 9.2.6). One stream each.
class EventReader {
 public:
  // An event that is longer than this is no event of ours.
  static constexpr std::size_t kEventBytesMax = 1 << 20;

  // Appends the events that are complete. False if the stream is none, and the reader is of no more use.
  bool read(std::string_view bytes, std::vector<ReceivedEvent>& out);

 private:
  void take_line(std::string_view line, std::vector<ReceivedEvent>& out);

  std::string line_;  // that is not complete yet
  bool after_return_ = false;
  ReceivedEvent event_;  // that is not complete yet
};

}  // namespace ringdex::server
