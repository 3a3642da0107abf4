#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <functional>

namespace ringdex::server {

// One thread for what a ring does not wait for. What a piece of work throws ends that piece and is logged. Any thread
// may call.
class Deferred {
 public:
  ~Deferred() { stop(); }

  void run(std::function<void()> work);
  void run_after(std::chrono::milliseconds wait, std::function<void()> work);
  // What has not begun is dropped.
  void stop();

 private:
  boost::asio::thread_pool thread_{1};
};

}  // namespace ringdex::server
