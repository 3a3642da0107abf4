#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "bench/load/load_protocol.h"

namespace ringdex::bench {

inline constexpr Reply kIncomplete{};
inline constexpr Reply kBad{.state = Reply::State::bad};
inline constexpr std::size_t kReplyBytesMax = std::size_t{16} << 20;

// Puts texts behind each other into a buffer that is known to be large enough.
class RequestWriter {
 public:
  explicit RequestWriter(std::span<char> out) : out_(out) {}
  void text(std::string_view text) {
    std::ranges::copy(text, out_.begin() + static_cast<std::ptrdiff_t>(size_));
    size_ += text.size();
  }
  void byte(std::size_t value) { out_[size_++] = static_cast<char>(value); }
  void digits(std::uint64_t value) {
    char* const end = out_.data() + out_.size();
    size_ = static_cast<std::size_t>(std::to_chars(out_.data() + size_, end, value).ptr - out_.data());
  }
  std::size_t size() const { return size_; }

 private:
  std::span<char> out_;
  std::size_t size_ = 0;
};

inline std::size_t digits_in(std::uint64_t value) {
  std::size_t digits = 1;
  while (value >= 10) {
    value /= 10;
    ++digits;
  }
  return digits;
}

}  // namespace ringdex::bench
