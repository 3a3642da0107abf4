#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

#include "server/http/http_router.h"
#include "server/metrics/metrics.h"
#include "server/net/door_server.h"
#include "server/system/clock.h"

namespace ringdex::server {

struct HttpServerOptions {
  DoorServerOptions listen;
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
  std::chrono::milliseconds header_timeout;   // for a whole request, from its first byte
  std::chrono::milliseconds idle_timeout;     // between requests
  unsigned blocking_threads;                  // for routes that may block
  unsigned ringing_threads;                   // for routes of calls
  unsigned waiting_threads;                   // for lookups that wait for a CRM
  std::chrono::milliseconds event_heartbeat;  // silence on a stream of events
  Clock clock;                                // for the Date of answers
};

// What every connection shares.
struct HttpShared {
  const HttpServerOptions& options;
  const HttpRouter& router;
  Metrics& metrics;
  boost::asio::thread_pool& blocking;
  boost::asio::thread_pool& ringing;
  boost::asio::thread_pool& waiting;
  const std::atomic<bool>& stopping;
};

// The HTTP door: a DoorServer whose sessions may run handlers on threads of their own.
class HttpServer {
 public:
  HttpServer(HttpServerOptions options, const HttpRouter& router, Metrics& metrics);
  ~HttpServer();

  std::expected<void, std::string> start() { return server_.start(); }
  std::uint16_t port() const { return server_.port(); }
  void begin_stop() { server_.begin_stop(); }
  void stop(std::chrono::milliseconds deadline);

 private:
  const HttpServerOptions options_;
  boost::asio::thread_pool blocking_;
  boost::asio::thread_pool ringing_;
  boost::asio::thread_pool waiting_;
  DoorServer server_;
  HttpShared shared_;
};

}  // namespace ringdex::server
