#include "index/table/card_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>

namespace ringdex::index {
namespace {

// Small blocks are as large as asked. Larger ones come in four sizes to a doubling, so that a list that grows one by
// one finds the room that it left.
constexpr std::size_t kExactUnitsMax = 64;

std::size_t rounded(std::size_t units) {
  if (units <= kExactUnitsMax) return units;
  const std::size_t step = std::bit_floor(units) / 4;
  return (units + step - 1) / step * step;
}

}  // namespace

CardMemory::CardMemory(std::size_t bytes_max) : chunks_max_(std::min(bytes_max / kBlockBytesMax, kChunksMax)) {}

CardMemory::Ref CardMemory::allocate(std::size_t bytes) {
  const std::size_t units = rounded((bytes + kUnitBytes - 1) / kUnitBytes);
  if (const auto found = vacant_.find(units); found != vacant_.end() && !found->second.empty()) {
    const Ref ref = found->second.back();
    found->second.pop_back();
    return ref;
  }
  if (next_unit_ + units > kUnitMask + std::size_t{1}) {
    if (used_chunks_ == chunks_max_ || units > (kUnitMask + std::size_t{1}) - kFirst) return kNone;
    auto* chunk = static_cast<std::byte*>(std::aligned_alloc(kBlockBytesMax, kBlockBytesMax));
    if (chunk == nullptr) return kNone;
    // A lookup goes to random places: with large pages the processor finds them without walking page tables.
    ::madvise(chunk, kBlockBytesMax, MADV_HUGEPAGE);
    chunks_[used_chunks_].reset(chunk);
    next_unit_ = used_chunks_ == 0 ? kFirst : 0;
    ++used_chunks_;
  }
  const Ref ref = static_cast<Ref>((used_chunks_ - 1) << kUnitBits | next_unit_);
  next_unit_ += units;
  return ref;
}

void CardMemory::free(Ref ref, std::size_t bytes) {
  vacant_[rounded((bytes + kUnitBytes - 1) / kUnitBytes)].push_back(ref);
}

}  // namespace ringdex::index
