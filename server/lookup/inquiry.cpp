#include "server/lookup/inquiry.h"

#include <utility>

namespace ringdex::server {

void Inquiry::expect(std::size_t answers) {
  std::unique_lock lock(mutex_);
  expected_ = answers;
  settle(std::move(lock));
}

void Inquiry::answer(bool found) {
  std::unique_lock lock(mutex_);
  ++answered_;
  found_ = found_ || found;
  settle(std::move(lock));
}

std::optional<bool> Inquiry::wait_for(std::chrono::milliseconds deadline) {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, deadline, [this] { return is_settled(); })) return std::nullopt;
  return found_;
}

void Inquiry::when_settled(std::function<void(bool found)> then) {
  std::unique_lock lock(mutex_);
  then_.push_back(std::move(then));
  settle(std::move(lock));
}

void Inquiry::settle(std::unique_lock<std::mutex> lock) {
  if (!is_settled()) return;
  const bool found = found_;
  const auto all = std::exchange(then_, {});
  changed_.notify_all();
  lock.unlock();
  for (const auto& then : all) then(found);
}

}  // namespace ringdex::server
