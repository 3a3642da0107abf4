#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace ringdex::server {

// What CRMs are asked for while a phone rings: they answer when they can, and the ring waits as long as it may. Settled
// as soon as one found something, or all have answered. Shared by both sides; any thread may call.
class Inquiry {
 public:
  // By the asking side, once it is known how many answers will come.
  void expect(std::size_t answers);
  // By the answering side.
  void answer(bool found);

  // Whether something was found; nullopt if it is not settled after that time.
  std::optional<bool> wait_for(std::chrono::milliseconds deadline);
  // Runs `then` once when it is settled, at once if it is; on the thread of whoever settles it. Several may ask for it.
  void when_settled(std::function<void(bool found)> then);

 private:
  bool is_settled() const { return found_ || (expected_ && answered_ >= *expected_); }
  // Under `lock`, which it gives up.
  void settle(std::unique_lock<std::mutex> lock);

  std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_.
  std::optional<std::size_t> expected_;
  std::size_t answered_ = 0;
  bool found_ = false;
  std::vector<std::function<void(bool found)>> then_;
};

}  // namespace ringdex::server
