#pragma once

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/metrics/metrics.h"
#include "server/net/connection.h"

namespace ringdex::server {

struct DoorServerOptions {
  std::string host;
  std::uint16_t port;  // 0: any free one
  unsigned threads;
  std::string tls_certificate;  // PEM files; empty: no TLS
  std::string tls_key;
  std::size_t connections_max;
};

// From the options' files; an error says what cannot be used.
std::expected<boost::asio::ssl::context, std::string> tls_context(const DoorServerOptions& options);

// A connection that was accepted, as a bare descriptor, since each worker's sockets are its own thread's.
struct Accepted {
  boost::asio::ip::tcp protocol;
  boost::asio::ip::tcp::socket::native_handle_type descriptor;
  boost::asio::ssl::context* tls;  // nullptr if the door has none
  CountedConnection counted;
};

// What all doors have in common: accepts on one address, spreads connections over its threads, watches their deadlines
// and their number, and stops in order.
class DoorServer {
 public:
  // Makes the connection's session; called on its worker's thread.
  using Serve = std::function<void(Accepted accepted, Worker& worker)>;

  DoorServer(DoorServerOptions options, Serve serve, DoorMetrics& metrics);
  ~DoorServer();

  // Listens and starts the threads; an error says which address and why.
  std::expected<void, std::string> start();
  std::uint16_t port() const { return port_; }
  const std::atomic<bool>& stopping() const { return stopping_; }
  // No new connections; those that have nothing in hand end. Several doors begin before the first is waited for.
  void begin_stop();
  // The same; answers in flight are finished, at most until `deadline` has passed. The workers' memory stays
  // until close() or the end of this object, so that what still runs elsewhere may post to them.
  void stop(std::chrono::milliseconds deadline);
  // Ends the sessions that are left.
  void close();

 private:
  std::expected<void, std::string> listen();
  void accept();
  void tick(Worker& worker);

  const DoorServerOptions options_;
  const Serve serve_;
  DoorMetrics& metrics_;
  std::optional<boost::asio::ssl::context> tls_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> guards_;
  std::optional<boost::asio::ip::tcp::acceptor> acceptor_;
  std::atomic<bool> stopping_{false};
  std::size_t next_worker_ = 0;
  std::uint16_t port_ = 0;
  bool started_ = false;
};

}  // namespace ringdex::server
