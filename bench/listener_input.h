#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/cli/event_reader.h"

namespace ringdex::bench {

// What a listener receives, from the head of the answer on, however it is cut. One stream each.
class ListenerInput {
 public:
  static constexpr std::size_t kHeadBytesMax = 4'096;

  // Appends the events that are complete. False if this is no stream of events.
  bool read(std::string_view bytes, std::vector<server::ReceivedEvent>& out);

 private:
  bool read_head(std::string_view& bytes);

  std::string head_;
  bool in_body_ = false;
  server::EventReader reader_;
};

}  // namespace ringdex::bench
