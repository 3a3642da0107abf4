#pragma once

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace ringdex::server {

// Whoever waits for a turn on its thread.
class TakesTurns {
 public:
  virtual ~TakesTurns() = default;
  virtual void take_turn() = 0;
};

// The streams of one thread that have something to send. They get their turns a few at a time, so that an event for a
// thousand listeners does not keep a lookup on the same thread waiting for them all.
class WakeQueue {
 public:
  // A turn is a write or two; so many take less than a lookup may be held up.
  static constexpr std::size_t kTurnsAtOnce = 4;

  // `context` is the thread's, and may be made later than this.
  explicit WakeQueue(boost::asio::io_context& context) : context_(context) {}

  // Any thread may call. Who is gone by then has no turn.
  void add(std::weak_ptr<TakesTurns> stream);

 private:
  void run();

  boost::asio::io_context& context_;
  std::mutex mutex_;
  // Under mutex_.
  std::deque<std::weak_ptr<TakesTurns>> waiting_;
  bool running_ = false;
};

}  // namespace ringdex::server
