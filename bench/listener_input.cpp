#include "bench/listener_input.h"

namespace ringdex::bench {

bool ListenerInput::read(std::string_view bytes, std::vector<server::ReceivedEvent>& out) {
  return (in_body_ || read_head(bytes)) && reader_.read(bytes, out);
}

// Leaves of `bytes` what is behind the head, nothing as long as that has not ended.
bool ListenerInput::read_head(std::string_view& bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const std::size_t before = head_.size();
  head_ += bytes;
  const std::size_t end = head_.find(kEnd);
  if (end == std::string::npos) {
    bytes = {};
    return head_.size() <= kHeadBytesMax;
  }
  bytes.remove_prefix(end + kEnd.size() - before);
  in_body_ = head_.starts_with("HTTP/1.1 200 ") && head_.contains("Content-Type: text/event-stream");
  std::string().swap(head_);
  return in_body_;
}

}  // namespace ringdex::bench
