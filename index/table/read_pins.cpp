#include "index/table/read_pins.h"

#include <algorithm>
#include <utility>

namespace ringdex::index {
namespace {

// Threads begin at different slots, so that they rarely meet on one.
std::size_t first_slot() {
  static std::atomic<std::size_t> next{0};
  thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed);
  return mine;
}

}  // namespace

ReadPins::Pin& ReadPins::Pin::operator=(Pin&& other) noexcept {
  if (this != &other) {
    release();
    place_ = std::exchange(other.place_, nullptr);
    is_counted_ = other.is_counted_;
  }
  return *this;
}

void ReadPins::Pin::release() {
  if (place_ == nullptr) return;
  if (is_counted_) {
    place_->fetch_sub(1, std::memory_order_release);
  } else {
    place_->store(0, std::memory_order_release);
  }
}

void ReadPins::drain() {
  for (Retired& retired : retired_) retired.free();
  retired_.clear();
}

ReadPins::Pin ReadPins::pin() {
  const std::size_t first = first_slot();
  for (std::size_t tried = 0; tried < kSlots; ++tried) {
    auto& place = slots_[(first + tried) % kSlots].epoch;
    std::uint64_t nobody = 0;
    // An epoch that is old by now only keeps more. The exchange is sequentially consistent, so that either the writer
    // sees this pin, or this reader sees what the writer unlinked before it looked.
    const std::uint64_t epoch = epoch_.load();
    if (place.load(std::memory_order_relaxed) == 0 && place.compare_exchange_strong(nobody, epoch)) {
      return Pin(&place, false);
    }
  }
  overflow_.fetch_add(1);
  return Pin(&overflow_, true);
}

std::uint64_t ReadPins::oldest() const {
  if (overflow_.load() != 0) return 0;
  std::uint64_t oldest = UINT64_MAX;
  for (const Slot& slot : slots_) {
    if (const std::uint64_t epoch = slot.epoch.load(); epoch != 0) oldest = std::min(oldest, epoch);
  }
  return oldest;
}

void ReadPins::retire(std::function<void()> free) {
  retired_.push_back({epoch_.fetch_add(1), std::move(free)});
  const std::uint64_t seen = oldest();
  while (!retired_.empty() && retired_.front().epoch < seen) {
    // Taken out first: what fails half way must not run again.
    const std::function<void()> oldest_free = std::move(retired_.front().free);
    retired_.pop_front();
    oldest_free();
  }
}

}  // namespace ringdex::index
