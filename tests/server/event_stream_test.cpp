#include <doctest/doctest.h>
#include <fmt/format.h>

#include <atomic>
#include <memory>
#include <random>
#include <thread>

#include "tests/server/event_client.h"
#include "tests/server/event_server.h"

namespace ringdex::tests {
namespace {

using namespace std::chrono_literals;
using server::ReceivedEvent;

// Their ids, of the events of calls alone.
std::vector<std::uint64_t> numbers(const std::vector<ReceivedEvent>& events) {
  std::vector<std::uint64_t> out;
  for (const ReceivedEvent& event : events) {
    if (event.type == "ringing") out.push_back(std::stoull(event.id));
  }
  return out;
}

using Numbers = std::vector<std::uint64_t>;

TEST_CASE("a stream begins with `ready`, and then tells what happens") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    EventServer server({.tls = tls});
    server.source.publish();
    EventClient client(server.port(), {.tls = tls});
    client.listen();
    REQUIRE(client.read_events(1));
    CHECK(client.head ==
          "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Type: text/event-stream\r\nCache-Control: "
          "no-store\r\n"
          "X-Accel-Buffering: no\r\nConnection: close\r\n\r\n");
    CHECK(client.body == "id: 1\nevent: ready\ndata: {\"newest\":1}\n\n");
    server.source.publish({"mary"}, R"({"call":{}})");
    REQUIRE(client.read_events(2));
    CHECK(client.events[1] == ReceivedEvent{"2", "ringing", R"({"call":{}})"});
    // One that is larger than a socket takes at once, and than a TLS record.
    const std::string large(200'000, 'x');
    server.source.publish({}, large);
    REQUIRE(client.read_events(3));
    CHECK(client.events[2] == ReceivedEvent{"3", "ringing", large});
    CHECK(server.metric("ringdex_event_listeners") == 1);
    CHECK(server.metric("ringdex_events_sent_total") == 2);
  }
}

TEST_CASE("an agent's stream, and what was missed") {
  EventServer server;
  for (const char* agent : {"mary", "joe", "mary", "Zoë"}) server.source.publish({agent});
  EventClient mary(server.port());
  mary.listen("?agent=mary", "Last-Event-ID: 1\r\n");
  EventClient zoe(server.port());
  zoe.listen("?agent=Zo%C3%AB&last_event_id=0");
  EventClient all(server.port());
  // A browser's header is newer than the address that its page gave.
  all.listen("?last_event_id=4", "Last-Event-ID: 2\r\n");
  REQUIRE(mary.read_events(2));
  REQUIRE(zoe.read_events(2));
  REQUIRE(all.read_events(3));
  server.source.publish({"joe"});
  server.source.publish({"mary", "Zoë"});
  REQUIRE(mary.read_events(3));
  REQUIRE(zoe.read_events(3));
  REQUIRE(all.read_events(5));
  CHECK(numbers(mary.events) == Numbers{3, 6});
  CHECK(numbers(zoe.events) == Numbers{4, 6});
  CHECK(numbers(all.events) == Numbers{3, 4, 5, 6});
  // `ready` does not let a client skip what stands before it, nor ask again for what it was told.
  CHECK(mary.events[1] == ReceivedEvent{"4", "ready", R"({"newest":4})"});
}

TEST_CASE("a listener that cannot be told all that it missed is told so") {
  EventServer server;
  for (int i = 0; i < 1'012; ++i) server.source.publish({i % 2 == 0 ? "mary" : "joe"});
  server.source.forget_to(10);
  struct Row {
    const char* query;
    const char* last;
    const char* reason;  // nothing: it can
  };
  const Row rows[] = {
      {"", "9", "forgotten"},         {"", "0", "forgotten"},
      {"", "1013", "ahead"},          {"", "18446744073709551615", "ahead"},
      {"", "11", "too_many"},         {"", "12", nullptr},
      {"?agent=mary", "10", nullptr}, {"?agent=mary", "9", "forgotten"},
      {"", "1012", nullptr},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    CAPTURE(row.last);
    EventClient client(server.port());
    client.listen(row.query, std::string("Last-Event-ID: ") + row.last + "\r\n");
    REQUIRE(client.read_until([&] { return !client.events.empty() && client.events.back().type == "ready"; }));
    CHECK(client.events.back().id == "1012");
    CHECK((client.events.front().type == "reset") == (row.reason != nullptr));
    if (row.reason == nullptr) continue;
    REQUIRE(client.events.size() == 2);
    CHECK(client.events[0].id == "1012");
    CHECK(client.events[0].data == R"({"reason":")" + std::string(row.reason) + R"(","newest":1012})");
  }
}

TEST_CASE("bad requests for a stream get a clear problem") {
  EventServer server({.limits = {.subscriptions_max = 1}});
  struct Row {
    std::string query;
    std::string headers;
    const char* answer;
  };
  const std::string key = server.keys.create("default", {"lookup"}, "", 0).value();
  const std::string agent_key = server.keys.create("default", {"agent"}, "", 0).value();
  const std::string authorized = "X-Api-Key: " + agent_key + "\r\n";
  const Row rows[] = {
      {"", "", "HTTP/1.1 401"},
      {"", "X-Api-Key: " + key + "\r\n", "HTTP/1.1 403"},
      {"?agent=", authorized, "HTTP/1.1 400"},
      {"?agent=" + std::string(65, 'a'), authorized, "HTTP/1.1 400"},
      {"?agent=a%0Ab", authorized, "HTTP/1.1 400"},
      {"?agent=a%C2%9Bb", authorized, "HTTP/1.1 400"},
      {"?agent=%FF", authorized, "HTTP/1.1 400"},
      {"", authorized + "Last-Event-ID: -1\r\n", "HTTP/1.1 400"},
      {"", authorized + "Last-Event-ID: 1x\r\n", "HTTP/1.1 400"},
      {"", authorized + "Last-Event-ID: 18446744073709551616\r\n", "HTTP/1.1 400"},
      {"?last_event_id=", authorized, "HTTP/1.1 400"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    EventClient client(server.port());
    client.listen(row.query, row.headers + "Connection: close\r\n");
    CHECK(client.read_to_end());
    CHECK(client.head.starts_with(row.answer));
    CHECK(client.head.contains("Content-Length: "));
  }
  server.source.broken = true;
  EventClient broken(server.port());
  broken.listen("", authorized + "Connection: close\r\n");
  CHECK(broken.read_to_end());
  CHECK(broken.head.starts_with("HTTP/1.1 503"));
  server.source.broken = false;

  EventClient first(server.port());
  first.listen("?agent=" + std::string(64, 'a'), authorized);
  CHECK(first.read_events(1));
  EventClient second(server.port());
  second.listen("", authorized + "Connection: close\r\n");
  CHECK(second.read_to_end());
  CHECK(second.head.starts_with("HTTP/1.1 503"));
  CHECK(second.body.contains("too_many_listeners"));
}

TEST_CASE("requests before the stream are answered first, what comes behind is not read") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    EventServer server({.tls = tls});
    EventClient client(server.port(), {.tls = tls});
    client.send(
        "DELETE /echo/one HTTP/1.1\r\nHost: localhost\r\n\r\nGET /echo/one HTTP/1.1\r\nHost: localhost\r\n\r\nGET "
        "/echo/two HTTP/1.1\r\nHost: localhost\r\n\r\n"
        "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\nGET /echo/three HTTP/1.1\r\nHost: localhost\r\n\r\n");
    REQUIRE(client.read_until([&] { return client.body.contains("event: ready"); }));
    CHECK(client.head ==
          "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nCache-Control: no-store\r\n\r\n");
    CHECK(client.body.find("one") < client.body.find("two"));
    CHECK(client.body.find("two") < client.body.find("text/event-stream"));
    server.source.publish();
    REQUIRE(client.read_until([&] { return client.body.contains("event: ringing"); }));
    CHECK_FALSE(client.body.contains("three"));
  }
}

TEST_CASE("HEAD gets a head and no stream, HTTP/1.0 a stream") {
  EventServer server;
  EventClient head(server.port());
  head.send("HEAD /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(head.read_to_end());
  CHECK(head.head.contains("Content-Type: text/event-stream"));
  CHECK_FALSE(head.head.contains("Content-Length"));
  CHECK(head.body.empty());
  CHECK(server.metric("ringdex_event_listeners") == 0);
  EventClient old(server.port());
  old.send("GET /v1/events HTTP/1.0\r\nHost: localhost\r\n\r\n");
  CHECK(old.read_events(1));
  CHECK(old.head.starts_with("HTTP/1.0 200 OK\r\n"));
}

TEST_CASE("a heartbeat breaks the silence") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    EventServer server({.tls = tls, .heartbeat = 50ms});
    EventClient client(server.port(), {.tls = tls});
    client.listen();
    REQUIRE(client.read_until([&] { return client.body.ends_with("\n\n:\n\n:\n\n:\n\n"); }));
    server.source.publish();
    REQUIRE(client.read_events(2));
    CHECK(client.events[1].id == "1");
  }
}

TEST_CASE("who reads nothing is cut off, and everybody else gets everything") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    EventServer server({.tls = tls});
    EventClient stuck(server.port(), {.tls = tls, .receive_buffer_bytes = 4'096});
    stuck.listen();
    REQUIRE(stuck.read_events(1));
    EventClient all(server.port(), {.tls = tls});
    all.listen();
    EventClient mary(server.port(), {.tls = tls});
    mary.listen("?agent=mary");
    REQUIRE(all.read_events(1));
    REQUIRE(mary.read_events(1));
    const std::string data(20'000, 'x');
    std::uint64_t published = 0;
    while (server.metric("ringdex_event_listeners_cut_off_total") == 0) {
      // What a connection may hold has an end.
      REQUIRE(published < 10'000);
      published = server.source.publish({published % 2 == 0 ? "mary" : "joe"}, data);
      REQUIRE(all.read_events(published + 1));
    }
    server.source.publish({"mary"});
    REQUIRE(all.read_events(published + 2));
    CHECK(numbers(all.events) == server.source.numbers());
    REQUIRE(mary.read_events(server.source.numbers("mary").size() + 1));
    CHECK(numbers(mary.events) == server.source.numbers("mary"));
    CHECK(server.becomes("ringdex_event_listeners", 2));
    CHECK(server.metric("ringdex_event_listeners_cut_off_total") == 1);
    // What it had not got is still there for it.
    CHECK(stuck.read_to_end());
    EventClient again(server.port(), {.tls = tls});
    again.listen("", "Last-Event-ID: " + stuck.events.back().id + "\r\n");
    REQUIRE(again.read_until([&] { return !again.events.empty() && again.events.back().type == "ready"; }));
    Numbers both = numbers(stuck.events);
    for (const std::uint64_t number : numbers(again.events)) both.push_back(number);
    CHECK(both == server.source.numbers());
  }
}

TEST_CASE("a client's end is noticed") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    EventServer server({.tls = tls, .limits = {.subscriptions_max = 1}});
    for (int round = 0; round < 3; ++round) {
      {
        EventClient client(server.port(), {.tls = tls});
        client.listen();
        REQUIRE(client.read_events(1));
        CHECK(client.events[0].type == "ready");
      }
      CHECK(server.becomes("ringdex_event_listeners", 0));
    }
    CHECK(server.becomes("ringdex_connections{door=\"http\"}", 0));
    CHECK(server.metric("ringdex_event_listeners_cut_off_total") == 0);
  }
}

TEST_CASE("a key that is taken back opens no stream any more, nor keeps one open") {
  for (const bool by_heartbeat : {false, true}) {
    CAPTURE(by_heartbeat);
    EventServer server({.heartbeat = by_heartbeat ? 50ms : 60'000ms});
    EventClient local(server.port());
    local.listen();
    REQUIRE(local.read_events(1));
    const std::string key = server.keys.create("default", {"agent"}, "", 0).value();
    const std::string other = server.keys.create("default", {"agent"}, "", 0).value();
    EventClient client(server.port());
    client.listen("", "X-Api-Key: " + key + "\r\n");
    EventClient stays(server.port());
    stays.listen("", "X-Api-Key: " + other + "\r\n");
    REQUIRE(client.read_events(1));
    REQUIRE(stays.read_events(1));
    REQUIRE(server.keys.remove(server.keys.check(key)->key_id).value());
    if (!by_heartbeat) server.source.publish();
    CHECK(client.read_to_end());
    CHECK(client.events.size() == 1);
    // Since there are keys, who has none is a stranger.
    CHECK(local.read_to_end());
    CHECK(local.events.size() == 1);
    if (by_heartbeat) server.source.publish();
    CHECK(stays.read_events(2));
  }
}

TEST_CASE("a browser that signs out hears no more") {
  EventServer server;
  const std::string key = server.keys.create("default", {"agent"}, "", 0).value();
  const server::Principal principal = server.keys.check(key).value();
  const auto leaving = server.sessions.open(principal, "").value();
  const auto staying = server.sessions.open(principal, "").value();
  EventClient leaves(server.port());
  leaves.listen("", "Cookie: ringdex=" + leaving.token + "\r\n");
  EventClient stays(server.port());
  stays.listen("", "Cookie: ringdex=" + staying.token + "\r\n");
  REQUIRE(leaves.read_events(1));
  REQUIRE(stays.read_events(1));
  REQUIRE(server.sessions.close(leaving.token).value());
  server.source.publish();
  CHECK(leaves.read_to_end());
  CHECK(leaves.events.size() == 1);
  CHECK(stays.read_events(2));
}

TEST_CASE("the server's stop does not wait for streams") {
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    EventServer server({.tls = tls});
    std::vector<std::unique_ptr<EventClient>> clients;
    for (int i = 0; i < 5; ++i) {
      clients.push_back(std::make_unique<EventClient>(server.port(), EventClient::Options{.tls = tls}));
      clients.back()->listen();
      REQUIRE(clients.back()->read_events(1));
    }
    std::atomic<bool> stopped{false};
    std::jthread publisher([&] {
      while (!stopped) server.source.publish();
    });
    const auto begin = std::chrono::steady_clock::now();
    server.http->stop(20s);
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    stopped = true;
    for (const auto& client : clients) {
      CHECK(client->read_to_end());
      const auto got = numbers(client->events);
      for (std::size_t i = 1; i < got.size(); ++i) REQUIRE(got[i] == got[i - 1] + 1);
    }
    CHECK(server.metric("ringdex_event_listeners") == 0);
  }
}

// Listens, closes after a while, and comes back for the rest, until it has the last event.
class Reader {
 public:
  Reader(EventServer& server, bool tls, std::string agent, std::uint32_t seed)
      : server_(server), tls_(tls), agent_(std::move(agent)), chance_(seed) {}

  void run(std::uint64_t last) {
    while (seen_ < last && !failed_) {
      EventClient client(server_.port(), {.tls = tls_});
      client.listen(agent_.empty() ? "" : "?agent=" + agent_, fmt::format("Last-Event-ID: {}\r\n", seen_.load()));
      const std::size_t enough = chance_() % 300;
      std::size_t looked_at = 0;
      const bool good = client.read_until([&] {
        for (; looked_at < client.events.size(); ++looked_at) take(client.events[looked_at]);
        return looked_at >= enough || seen_ >= last || failed_;
      });
      failed_ = failed_ || !good;
      ++connections_;
    }
  }

  std::uint64_t seen() const { return seen_; }
  bool failed() const { return failed_; }
  const Numbers& got() const { return got_; }
  const std::string& agent() const { return agent_; }
  int connections() const { return connections_; }

 private:
  void take(const ReceivedEvent& event) {
    if (event.type == "reset") failed_ = true;
    if (event.type == "ringing") got_.push_back(std::stoull(event.id));
    seen_ = std::stoull(event.id);
  }

  EventServer& server_;
  const bool tls_;
  const std::string agent_;
  std::mt19937 chance_;
  std::atomic<std::uint64_t> seen_{0};
  std::atomic<bool> failed_{false};
  Numbers got_;
  int connections_ = 0;
};

TEST_CASE("whoever comes back at random misses nothing and gets nothing twice") {
  constexpr std::uint64_t kEvents = 15'000;
  constexpr std::uint64_t kAheadMax = 400;
  constexpr std::uint32_t kSeed = 21;
  MESSAGE("seed ", kSeed);
  for (const bool tls : {false, true}) {
    CAPTURE(tls);
    EventServer server({.tls = tls});
    std::vector<std::unique_ptr<Reader>> readers;
    for (const char* agent : {"", "", "mary", "joe"}) {
      readers.push_back(
          std::make_unique<Reader>(server, tls, agent, kSeed + static_cast<std::uint32_t>(readers.size())));
    }
    {
      std::vector<std::jthread> threads;
      for (const auto& reader : readers) threads.emplace_back([&] { reader->run(kEvents); });
      std::mt19937 chance(kSeed);
      const auto slowest = [&] {
        std::uint64_t seen = kEvents;
        for (const auto& reader : readers) {
          if (!reader->failed()) seen = std::min(seen, reader->seen());
        }
        return seen;
      };
      for (std::uint64_t number = 1; number <= kEvents; ++number) {
        while (number > slowest() + kAheadMax) std::this_thread::yield();
        const bool for_both = number == kEvents || chance() % 3 == 0;
        server.source.publish(for_both ? std::vector<std::string>{"mary", "joe"}
                                       : std::vector<std::string>{chance() % 2 == 0 ? "mary" : "joe"});
      }
    }
    for (const auto& reader : readers) {
      CHECK_FALSE(reader->failed());
      CHECK(reader->got() == server.source.numbers(reader->agent()));
      CHECK(reader->connections() > 10);
    }
  }
}

}  // namespace
}  // namespace ringdex::tests
