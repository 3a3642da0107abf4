#pragma once

#include <cstdint>

namespace ringdex::bench {

// SplitMix64's finaliser: every bit of the result depends on every bit of `value`.
constexpr std::uint64_t mixed(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

// A sequence of random draws that its start decides wholly. Plain value.
class Draw {
 public:
  explicit constexpr Draw(std::uint64_t start) : state_(mixed(start)) {}

  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15;
    return mixed(state_);
  }
  // 0 … bound - 1; the bound is below 2^32
  constexpr std::uint64_t below(std::uint64_t bound) { return (next() >> 32) * bound >> 32; }

 private:
  std::uint64_t state_;
};

}  // namespace ringdex::bench
