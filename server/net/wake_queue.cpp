#include "server/net/wake_queue.h"

#include <array>
#include <boost/asio/post.hpp>
#include <utility>

namespace ringdex::server {

void WakeQueue::add(std::weak_ptr<TakesTurns> stream) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(stream));
    if (std::exchange(running_, true)) return;
  }
  boost::asio::post(context_, [this] { run(); });
}

void WakeQueue::run() {
  std::array<std::weak_ptr<TakesTurns>, kTurnsAtOnce> now;
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    for (; count < now.size() && !waiting_.empty(); ++count) {
      now[count] = std::move(waiting_.front());
      waiting_.pop_front();
    }
    running_ = !waiting_.empty();
    // Behind what this thread has to do besides.
    if (running_) boost::asio::post(context_, [this] { run(); });
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto stream = now[i].lock()) stream->take_turn();
  }
}

}  // namespace ringdex::server
