#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace ringdex::index {

// Keeps memory that readers may still see from being freed, without a lock: epoch-based reclamation (K. Fraser,
// "Practical lock-freedom", 2004, section 5.2.3). A reader pins itself before it loads a shared pointer; the one writer
// unlinks what is to go, then retires it.
class ReadPins {
 public:
  // More pins at once than this are counted in one place, which only delays freeing.
  static constexpr std::size_t kSlots = 256;

  // What was reachable when the pin was taken, or is reached later through it, stays until it is let go.
  class Pin {
   public:
    Pin(Pin&& other) noexcept : place_(std::exchange(other.place_, nullptr)), is_counted_(other.is_counted_) {}
    Pin& operator=(Pin&& other) noexcept;
    ~Pin() { release(); }

   private:
    friend class ReadPins;
    Pin(std::atomic<std::uint64_t>* place, bool is_counted) : place_(place), is_counted_(is_counted) {}
    void release();
    std::atomic<std::uint64_t>* place_;
    bool is_counted_;  // the place counts pins, and is not a slot of this one's own
  };

  ReadPins() = default;
  ReadPins(const ReadPins&) = delete;
  ReadPins& operator=(const ReadPins&) = delete;

  // Any thread; never waits.
  Pin pin();

  // By the one writer. `free` runs in this or a later retire(), when no pin is left that was taken before this call.
  void retire(std::function<void()> free);
  // Frees all; once no reader is left.
  void drain();

 private:
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> epoch{0};  // 0: nobody
  };
  struct Retired {
    std::uint64_t epoch;
    std::function<void()> free;
  };
  std::uint64_t oldest() const;

  std::atomic<std::uint64_t> epoch_{1};
  std::array<Slot, kSlots> slots_;
  std::atomic<std::uint64_t> overflow_{0};
  std::deque<Retired> retired_;  // the writer's
};

}  // namespace ringdex::index
