#include "bench/listener_input.h"

#include <doctest/doctest.h>

#include <string>

namespace ringdex::bench {
namespace {

using server::ReceivedEvent;

const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";

TEST_CASE("the events are the same wherever the stream is cut") {
  const std::string stream =
      kHead + "id: 4\nevent: ready\ndata: {}\n\n: beat\n\nid: 5\nevent: ringing\ndata: {\"a\":1}\n\n";
  const std::vector<ReceivedEvent> wanted{{"4", "ready", "{}"}, {"5", "ringing", "{\"a\":1}"}};
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      ListenerInput input;
      std::vector<ReceivedEvent> events;
      const std::string_view bytes = stream;
      CHECK(input.read(bytes.substr(0, first), events));
      CHECK(input.read(bytes.substr(first, second - first), events));
      CHECK(input.read(bytes.substr(second), events));
      CHECK(events == wanted);
    }
  }
}

TEST_CASE("what is no stream of events") {
  for (const std::string& bytes :
       {std::string("HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/event-stream\r\n\r\n"),
        std::string("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{}"),
        std::string(ListenerInput::kHeadBytesMax + 1, 'x')}) {
    std::vector<ReceivedEvent> events;
    CHECK(!ListenerInput().read(bytes, events));
    CHECK(events.empty());
  }
}

}  // namespace
}  // namespace ringdex::bench
