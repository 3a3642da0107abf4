#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>

namespace ringdex::server {

// What CRMs are asked for while a phone rings: they answer when they can, and the ring waits as long as it may. Shared
// by both sides; any thread may call.
class Inquiry {
 public:
  // By the asking side, once it is known how many answers will come.
  void expect(std::size_t answers);
  // By the answering side.
  void answer(bool found);

  // Whether something was found: as soon as it was or all have answered. Nothing: it is not known after that time.
  std::optional<bool> wait_for(std::chrono::milliseconds deadline);
  // Runs `then` once when something is found, at once if it has been; on the thread of whoever answers.
  void when_found(std::function<void()> then);

 private:
  bool is_settled() const { return found_ || (expected_ && answered_ >= *expected_); }

  std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_.
  std::optional<std::size_t> expected_;
  std::size_t answered_ = 0;
  bool found_ = false;
  std::function<void()> then_;
};

}  // namespace ringdex::server
