#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "server/api/events.h"
#include "server/events/event_hub.h"
#include "server/http/http_server.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_certificate.h"

namespace ringdex::tests {

// Remembers events as the journal does, and publishes each after it is remembered.
class EventSource {
 public:
  explicit EventSource(server::EventHub& hub) : hub_(hub) {}

  std::uint64_t publish(std::vector<std::string> agents = {}, std::string data = "{}") {
    const std::lock_guard order(publishing_);
    index::CallEvent event;
    {
      const std::lock_guard lock(mutex_);
      event = {.number = ++newest_, .type = "ringing", .agents = std::move(agents), .data = std::move(data)};
      events_.push_back(event);
    }
    hub_.publish("default", event);
    return event.number;
  }

  void forget_to(std::uint64_t number) {
    const std::lock_guard lock(mutex_);
    forgotten_ = number;
    std::erase_if(events_, [&](const index::CallEvent& event) { return event.number <= number; });
  }

  std::expected<server::EventsRemembered, index::IndexError> remembered(const server::EventsAsked& asked) const {
    const std::lock_guard lock(mutex_);
    if (broken) return std::unexpected(index::IndexError{.message = "the disk is gone"});
    server::EventsRemembered found{.newest = newest_};
    if (!asked.after) return found;
    found.forgotten = *asked.after < forgotten_;
    for (const index::CallEvent& event : events_) {
      if (event.number <= *asked.after || !concerns(event, asked.agent)) continue;
      if (found.events.size() == asked.events_max) {
        found.too_many = true;
        break;
      }
      found.events.push_back(event);
    }
    return found;
  }

  std::vector<std::uint64_t> numbers(const std::string& agent = "") const {
    const std::lock_guard lock(mutex_);
    std::vector<std::uint64_t> out;
    for (const index::CallEvent& event : events_) {
      if (concerns(event, agent)) out.push_back(event.number);
    }
    return out;
  }

  std::atomic<bool> broken = false;

 private:
  static bool concerns(const index::CallEvent& event, const std::string& agent) {
    return agent.empty() || std::ranges::find(event.agents, agent) != event.agents.end();
  }

  server::EventHub& hub_;
  std::mutex publishing_;
  mutable std::mutex mutex_;
  // Under mutex_.
  std::vector<index::CallEvent> events_;
  std::uint64_t newest_ = 0;
  std::uint64_t forgotten_ = 0;
};

struct EventServerSettings {
  bool tls = false;
  std::chrono::milliseconds heartbeat = std::chrono::minutes(1);
  server::EventHubLimits limits = {};
};

// A server of nothing but events and /echo/{text}.
struct EventServer {
  using Settings = EventServerSettings;

  TempDir dir;
  test_support::TestCertificate certificate{"localhost"};
  server::ApiKeys keys{dir.file("keys.json")};
  server::ConsoleSessions sessions{dir.file("sessions.json"), server::SessionCookie(false),
                                   [] { return index::TimePoint{std::chrono::milliseconds(1)}; }};
  server::Metrics metrics;
  server::EventHub hub;
  EventSource source{hub};
  server::HttpRouter router;
  std::optional<server::HttpServer> http;

  explicit EventServer(const Settings& settings = {})
      : hub(settings.limits), router(routes(), keys, {}, &sessions), settings_(settings) {
    start(0);
  }

  std::uint16_t port() const { return http->port(); }

  // Closes all connections, and after `meanwhile` serves again on the same port.
  void restart(const std::function<void()>& meanwhile) {
    const std::uint16_t port = http->port();
    http.reset();
    meanwhile();
    start(port);
  }

  std::uint64_t metric(const std::string& name) const {
    const std::string text = metrics.text();
    return std::stoull(text.substr(text.find("\n" + name + " ") + name.size() + 2));
  }
  // What another thread does at once; false if it does not.
  bool becomes(const std::string& name, std::uint64_t value) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < end) {
      if (metric(name) == value) return true;
      std::this_thread::yield();
    }
    return false;
  }

 private:
  void start(std::uint16_t port) {
    http.emplace(options(settings_, port), router, metrics);
    if (const auto started = http->start(); !started) throw std::runtime_error(started.error());
  }
  std::vector<server::HttpRoute> routes() {
    auto all = server::event_routes(hub, [this](const server::EventsAsked& asked) { return source.remembered(asked); });
    all.push_back({.method = "GET", .path = "/echo/{text}", .handler = [](const server::HttpRequest& request) {
                     server::HttpResponse response;
                     response.content_type = "text/plain";
                     response.body = request.parameters[0];
                     return response;
                   }});
    all.push_back({.method = "DELETE", .path = "/echo/{text}", .handler = [](const server::HttpRequest&) {
                     server::HttpResponse response;
                     response.status = 204;
                     return response;
                   }});
    return all;
  }
  server::HttpServerOptions options(const Settings& settings, std::uint16_t port) const {
    return {.listen = {.host = "127.0.0.1",
                       .port = port,
                       .threads = 2,
                       .tls_certificate = settings.tls ? certificate.certificate_file() : "",
                       .tls_key = settings.tls ? certificate.key_file() : "",
                       .connections_max = 1'000},
            .header_bytes_max = 16 * 1024,
            .body_bytes_max = 64 * 1024,
            .header_timeout = std::chrono::seconds(30),
            .idle_timeout = std::chrono::seconds(30),
            .blocking_threads = 1,
            .ringing_threads = 4,
            .waiting_threads = 1,
            .event_heartbeat = settings.heartbeat,
            .clock = [] { return index::TimePoint{std::chrono::milliseconds(784'111'777'000)}; }};
  }

  const Settings settings_;
};

}  // namespace ringdex::tests
