#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <thread>
#include <unordered_set>
#include <utility>

#include "server/metrics/metrics.h"
#include "server/net/wake_queue.h"

namespace ringdex::server {

struct Worker;

// One connection as its server knows it; lives on one thread's io_context.
class Connection {
 public:
  Connection(Worker& worker, CountedConnection counted);
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  // Closes at once if no request is in hand, else after its answer.
  virtual void finish() = 0;
  // Closes at once, whatever is in hand.
  virtual void abort() = 0;
  // Its deadline has come.
  virtual void expire() { abort(); }

  // A tick of its worker; a timer of its own for each wait would cost two system calls.
  std::uint64_t deadline = UINT64_MAX;

 protected:
  Worker& worker_;

 private:
  const CountedConnection counted_;
};

// One thread's event loop with its connections.
struct Worker {
  static constexpr std::chrono::milliseconds kTick{50};
  std::uint64_t ticks = 0;  // grows every kTick

  std::uint64_t tick_after(std::chrono::milliseconds wait) const {
    return ticks + static_cast<std::uint64_t>(wait / kTick) + 1;
  }

  std::unordered_set<Connection*> connections;  // touched on this thread only; outlives the sessions in `context`
  WakeQueue turns{context};                     // streams are woken through it until `context` has ended
  // One thread runs it, and alone touches its sockets; handlers may be posted from any.
  boost::asio::io_context context{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE_IO};
  boost::asio::steady_timer timer{context};
  std::jthread thread;
};

inline Connection::Connection(Worker& worker, CountedConnection counted)
    : worker_(worker), counted_(std::move(counted)) {
  worker_.connections.insert(this);
}

inline Connection::~Connection() {
  worker_.connections.erase(this);
}

}  // namespace ringdex::server
