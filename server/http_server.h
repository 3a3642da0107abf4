#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "server/event_turns.h"
#include "server/http_router.h"
#include "server/metrics.h"

namespace ringdex::server {

struct HttpServerOptions {
  std::string host;
  std::uint16_t port;  // 0: any free one
  unsigned threads;
  std::string tls_certificate;  // PEM files; empty: no TLS
  std::string tls_key;
  std::size_t connections_max;
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
  std::chrono::milliseconds header_timeout;   // for a whole request, from its first byte
  std::chrono::milliseconds idle_timeout;     // between requests
  unsigned blocking_threads;                  // for routes that may block
  unsigned ringing_threads;                   // for routes of calls
  unsigned waiting_threads;                   // for lookups that wait for a CRM
  std::chrono::milliseconds event_heartbeat;  // silence on a stream of events
};

// One connection as the server knows it; lives on one thread's io_context.
class HttpConnection {
 public:
  virtual ~HttpConnection() = default;
  // Closes at once if no request is in hand, else after its answer.
  virtual void finish() = 0;
  // Closes at once, whatever is in hand.
  virtual void abort() = 0;
  // Its deadline has come.
  virtual void expire() { abort(); }

  // A tick of its worker; a timer of its own for each wait would cost two system calls.
  std::uint64_t deadline = UINT64_MAX;
};

// One thread's event loop with its connections.
struct HttpWorker {
  static constexpr std::chrono::milliseconds kTick{50};
  std::uint64_t ticks = 0;  // grows every kTick

  std::uint64_t tick_after(std::chrono::milliseconds wait) const {
    return ticks + static_cast<std::uint64_t>(wait / kTick) + 1;
  }

  std::unordered_set<HttpConnection*> connections;  // touched on this thread only; outlives the sessions in `context`
  EventTurns turns{context};                        // streams are woken through it until `context` has ended
  // One thread runs it, and alone touches its sockets; handlers may be posted from any.
  boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  boost::asio::steady_timer timer{context};
  std::jthread thread;
};

// What every connection shares.
struct HttpShared {
  const HttpServerOptions& options;
  const HttpRouter& router;
  Metrics& metrics;
  boost::asio::thread_pool& blocking;
  boost::asio::thread_pool& ringing;
  boost::asio::thread_pool& waiting;
  std::atomic<bool>& stopping;
};

// Accepts on one address and spreads connections over its threads.
class HttpServer {
 public:
  HttpServer(HttpServerOptions options, const HttpRouter& router, Metrics& metrics);
  ~HttpServer();

  // Listens and starts the threads; an error says which address and why.
  std::expected<void, std::string> start();
  std::uint16_t port() const { return port_; }
  // No new connections; answers in flight are finished, at most until `deadline` has passed.
  void stop(std::chrono::milliseconds deadline);

 private:
  void accept();
  void tick(HttpWorker& worker);

  const HttpServerOptions options_;
  const HttpRouter& router_;
  Metrics& metrics_;
  std::optional<boost::asio::ssl::context> tls_;
  std::vector<std::unique_ptr<HttpWorker>> workers_;
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
  std::optional<boost::asio::ip::tcp::acceptor> acceptor_;
  boost::asio::thread_pool blocking_;
  boost::asio::thread_pool ringing_;
  boost::asio::thread_pool waiting_;
  std::atomic<bool> stopping_{false};
  HttpShared shared_;
  std::size_t next_worker_ = 0;
  std::uint16_t port_ = 0;
  bool started_ = false;
};

}  // namespace ringdex::server
