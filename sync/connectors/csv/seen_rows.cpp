#include "sync/connectors/csv/seen_rows.h"

#include <functional>
#include <utility>

namespace ringdex::sync {
namespace {

constexpr std::size_t kSlotsAtFirst = 1024;

template <typename Slots>
auto& slot_of(Slots& slots, std::uint64_t hash) {
  auto at = static_cast<std::size_t>(hash) & (slots.size() - 1);
  while (slots[at].line != 0 && slots[at].hash != hash) at = (at + 1) & (slots.size() - 1);
  return slots[at];
}

}  // namespace

std::optional<std::uint64_t> SeenRows::note(std::string_view id, std::uint64_t line) {
  if (is_full_) return std::nullopt;
  if (used_ * 10 >= slots_.size() * 7 && !grow()) return std::nullopt;
  auto& slot = slot_of(slots_, std::hash<std::string_view>{}(id));
  if (slot.line != 0) return std::exchange(slot.line, line);
  slot = {std::hash<std::string_view>{}(id), line};
  ++used_;
  return std::nullopt;
}

void SeenRows::clear() {
  slots_ = {};
  used_ = 0;
  is_full_ = false;
}

bool SeenRows::grow() {
  const auto size = slots_.empty() ? kSlotsAtFirst : slots_.size() * 2;
  if (size > slots_max_) {
    clear();
    is_full_ = true;
    return false;
  }
  std::vector<Slot> larger(size);
  for (const auto& slot : slots_) {
    if (slot.line != 0) slot_of(larger, slot.hash) = slot;
  }
  slots_ = std::move(larger);
  return true;
}

}  // namespace ringdex::sync
