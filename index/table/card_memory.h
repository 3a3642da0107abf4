#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <unordered_map>
#include <vector>

namespace ringdex::index {

// Blocks of memory that are named by 4 bytes instead of 8, for millions of small ones. One writer; who was handed a
// block may read it, in any thread, until the writer frees it. A block never moves.
class CardMemory {
 public:
  using Ref = std::uint32_t;
  static constexpr Ref kNone = 0;
  static constexpr Ref kFirst = 8;  // smaller ones are the users' to give meaning to
  static constexpr std::size_t kBlockBytesMax = std::size_t{2} << 20;

  // `bytes_max` bounds what is taken from the system, in steps of kBlockBytesMax.
  explicit CardMemory(std::size_t bytes_max);

  // At least `bytes` bytes, 8-aligned; kNone: beyond a limit, or the system has none.
  Ref allocate(std::size_t bytes);
  void free(Ref ref, std::size_t bytes);

  std::byte* at(Ref ref) { return chunks_[ref >> kUnitBits].get() + (ref & kUnitMask) * kUnitBytes; }
  const std::byte* at(Ref ref) const { return chunks_[ref >> kUnitBits].get() + (ref & kUnitMask) * kUnitBytes; }

  std::size_t bytes() const { return used_chunks_ * kBlockBytesMax; }

 private:
  static constexpr std::size_t kUnitBytes = 8;
  static constexpr unsigned kUnitBits = 18;  // of one chunk
  static constexpr Ref kUnitMask = (Ref{1} << kUnitBits) - 1;
  static constexpr std::size_t kChunksMax = std::size_t{1} << (32 - kUnitBits);
  static_assert(kBlockBytesMax == kUnitBytes << kUnitBits);

  struct Free {
    void operator()(std::byte* bytes) const { std::free(bytes); }
  };

  const std::size_t chunks_max_;
  std::array<std::unique_ptr<std::byte[], Free>, kChunksMax> chunks_;  // each is set once
  std::size_t used_chunks_ = 0;
  std::size_t next_unit_ = kUnitMask + 1;                     // of the last chunk
  std::unordered_map<std::size_t, std::vector<Ref>> vacant_;  // by units
};

}  // namespace ringdex::index
