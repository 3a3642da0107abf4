#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <utility>

namespace ringdex::server {

// One of those who may wait; given back when it ends, on whatever thread.
class WaitPermit {
 public:
  WaitPermit(WaitPermit&& other) noexcept : waiting_(std::exchange(other.waiting_, nullptr)) {}
  WaitPermit& operator=(WaitPermit&&) = delete;
  ~WaitPermit() {
    if (waiting_ != nullptr) --*waiting_;
  }

 private:
  friend class WaitPermits;
  explicit WaitPermit(std::atomic<std::size_t>& waiting) : waiting_(&waiting) {}

  std::atomic<std::size_t>* waiting_;  // nullptr: it has moved on
};

// So many rings may wait at a time for the same thing; the next one goes on without it, since it would only stand in a
// queue. Outlives its permits. Any thread may call.
class WaitPermits {
 public:
  explicit WaitPermits(std::size_t max) : max_(max) {}

  // nullopt if all are taken.
  std::optional<WaitPermit> take() {
    if (++waiting_ <= max_) return WaitPermit(waiting_);
    --waiting_;
    return std::nullopt;
  }

 private:
  const std::size_t max_;
  std::atomic<std::size_t> waiting_{0};
};

}  // namespace ringdex::server
