#include "server/events/event_frame.h"

#include <doctest/doctest.h>

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "server/cli/event_reader.h"

namespace ringdex::server {
namespace {

std::vector<ReceivedEvent> read_all(std::string_view bytes, const std::function<std::size_t()>& next_piece) {
  EventReader reader;
  std::vector<ReceivedEvent> out;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, next_piece());
    REQUIRE(reader.read(piece, out));
    bytes.remove_prefix(piece.size());
  }
  return out;
}

TEST_CASE("an event's frame") {
  CHECK(event_frame({.number = 7, .type = "ringing", .agents = {"mary"}, .data = R"({"call":{}})"}) ==
        "id: 7\nevent: ringing\ndata: {\"call\":{}}\n\n");
  CHECK(event_frame(18'446'744'073'709'551'615U, "ready", "") == "id: 18446744073709551615\nevent: ready\ndata: \n\n");
}

TEST_CASE("text from outside can neither end an event nor begin another") {
  CHECK(event_frame(1, "ringing", "a\n\nid: 9\rb\r\nc\n") ==
        "id: 1\nevent: ringing\ndata: a\ndata: \ndata: id: 9\ndata: b\ndata: c\ndata: \n\n");
  for (const char* data : {"a\n\nid: 9\nevent: x\ndata: y\n\n", "\r\r", "\r\n\r\n", "\n", ""}) {
    const auto events = read_all(event_frame(1, "ringing", data) + event_frame(2, "ended", "z"), [] { return 1; });
    REQUIRE(events.size() == 2);
    CHECK(events[0].id == "1");
    CHECK(events[0].type == "ringing");
    CHECK(events[1] == ReceivedEvent{"2", "ended", "z"});
  }
}

TEST_CASE("a stream reads the same however it is cut into pieces") {
  std::string bytes = std::string(kHeartbeatFrame) + event_frame(1, "ringing", "a: b") +
                      "data:x\r\ndata:  y\rdata\r\n\r\nretry: 5\nid: 5\n\nid: 6\ndata: z\n\n:c\n" +
                      event_frame(8, "ended", "line\nline") + "id: 9\ndata: never complete\n";
  // An id with a NUL is none.
  bytes.insert(bytes.find("data: z"), std::string("id: 7\0\n", 7));
  const std::vector<ReceivedEvent> expected = {
      {"1", "ringing", "a: b"}, {"1", "message", "x\n y\n"}, {"6", "message", "z"}, {"8", "ended", "line\nline"}};
  constexpr std::uint32_t kSeed = 11;
  MESSAGE("seed ", kSeed);
  std::mt19937 chance(kSeed);
  for (std::size_t piece = 1; piece <= bytes.size() + 50; ++piece) {
    const bool random = piece > bytes.size();
    CHECK(read_all(bytes, [&] { return random ? chance() % 7 + 1 : piece; }) == expected);
  }
}

TEST_CASE("what is no stream of events is not kept without end") {
  EventReader reader;
  std::vector<ReceivedEvent> out;
  const std::string much(100'000, 'a');
  int reads = 0;
  while (reads < 100 && reader.read(much, out)) ++reads;
  CHECK(reads == 10);
  EventReader lines;
  reads = 0;
  while (reads < 100 && lines.read("data: " + much + "\n", out)) ++reads;
  CHECK(reads == 10);
  CHECK(out.empty());
}

}  // namespace
}  // namespace ringdex::server
