#include "server/inquiry.h"

#include <utility>

namespace ringdex::server {

void Inquiry::expect(std::size_t answers) {
  const std::lock_guard lock(mutex_);
  expected_ = answers;
  changed_.notify_all();
}

void Inquiry::answer(bool found) {
  std::function<void()> then;
  {
    const std::lock_guard lock(mutex_);
    ++answered_;
    found_ = found_ || found;
    if (found_) then = std::exchange(then_, nullptr);
    changed_.notify_all();
  }
  if (then) then();
}

std::optional<bool> Inquiry::wait_for(std::chrono::milliseconds deadline) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, deadline, [this] { return is_settled(); })) return std::nullopt;
  return found_;
}

void Inquiry::when_found(std::function<void()> then) {
  {
    const std::lock_guard lock(mutex_);
    if (!found_) {
      then_ = std::move(then);
      return;
    }
  }
  then();
}

}  // namespace ringdex::server
