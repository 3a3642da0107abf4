#include "index/table/number_table.h"

#include <sys/mman.h>

#include <algorithm>
#include <compare>
#include <cstdlib>
#include <cstring>
#include <new>
#include <tuple>

namespace ringdex::index {
namespace {

// What a slot holds in place of a block.
constexpr CardMemory::Ref kRemoved = 1;
constexpr CardMemory::Ref kKeptOut = 2;  // only RocksDB knows

constexpr std::size_t kSlotsMin = 64;
constexpr std::size_t kFullTenths = 7;
constexpr std::size_t kLargePage = std::size_t{2} << 20;
// A number with more holders is kept out: its list would be copied with each change.
constexpr std::size_t kBearersMax = 50'000;
// So much is freed together, or what one batch frees.
constexpr std::size_t kFreedBytesMax = std::size_t{1} << 20;

// A block that is a list and no card begins with its bytes and this bit.
constexpr std::uint32_t kListMark = std::uint32_t{1} << 31;
struct ListHeader {
  std::uint32_t bytes_and_mark;
  key::AccountNumber account;
  std::uint64_t number;
  std::uint64_t count;
};

std::uint64_t slot_of(std::uint32_t tag, CardMemory::Ref ref) {
  return std::uint64_t{tag} << 32 | ref;
}
std::uint32_t tag_of(std::uint64_t slot) {
  return static_cast<std::uint32_t>(slot >> 32);
}
CardMemory::Ref ref_of(std::uint64_t slot) {
  return static_cast<CardMemory::Ref>(slot);
}

std::uint32_t first_word(const std::byte* block) {
  std::uint32_t word = 0;
  std::memcpy(&word, block, sizeof word);
  return word;
}
bool is_list(const std::byte* block) {
  return (first_word(block) & kListMark) != 0;
}
ListHeader list_header(const std::byte* block) {
  ListHeader header;
  std::memcpy(&header, block, sizeof header);
  return header;
}
CardMemory::Ref list_entry(const std::byte* block, std::size_t which) {
  CardMemory::Ref ref = 0;
  std::memcpy(&ref, block + sizeof(ListHeader) + which * sizeof ref, sizeof ref);
  return ref;
}

// The order of a number's cards.
std::strong_ordering order(const Card& card, const Record& record) {
  return std::tuple(card.first_indexed_at, card.source, card.kind, card.external_id) <=>
         std::tuple(record.first_indexed_at, std::string_view(record.id.source), record.id.kind,
                    std::string_view(record.id.external_id));
}

bool is_of(const Card& card, const RecordId& id) {
  return card.source == id.source && card.kind == id.kind && card.external_id == id.external_id;
}

}  // namespace

// Linear probing. A slot's home follows from its tag in order, so that growing needs no look at the cards.
struct NumberTable::Slots {
  const std::size_t capacity;
  std::atomic<std::uint64_t>* const all;

  explicit Slots(std::size_t wanted) : capacity(wanted), all(allocate(wanted)) {}
  ~Slots() { std::free(all); }
  Slots(const Slots&) = delete;
  Slots& operator=(const Slots&) = delete;

  std::size_t bytes() const { return capacity * sizeof *all; }
  std::size_t home(std::uint32_t tag) const { return static_cast<std::size_t>(std::uint64_t{tag} * capacity >> 32); }
  std::size_t next(std::size_t at) const { return at + 1 == capacity ? 0 : at + 1; }

  static std::atomic<std::uint64_t>* allocate(std::size_t count) {
    std::size_t bytes = count * sizeof(std::atomic<std::uint64_t>);
    const std::size_t page = bytes >= kLargePage ? kLargePage : 64;
    bytes = (bytes + page - 1) / page * page;
    void* memory = std::aligned_alloc(page, bytes);
    if (memory == nullptr) throw std::bad_alloc();
    if (page == kLargePage) ::madvise(memory, bytes, MADV_HUGEPAGE);
    auto* slots = static_cast<std::atomic<std::uint64_t>*>(memory);
    for (std::size_t which = 0; which < count; ++which) new (slots + which) std::atomic<std::uint64_t>(0);
    return slots;
  }
};

NumberTable::NumberTable(ReadPins& pins, std::size_t bytes_max, std::uint64_t hash_key)
    : pins_(pins), hash_key_(hash_key), memory_(bytes_max), codec_(memory_) {}

NumberTable::~NumberTable() {
  for (Shard& shard : shards_) delete shard.slots.load();
}

std::uint64_t NumberTable::hash(key::AccountNumber account, std::uint64_t number, std::uint64_t key) {
  std::uint64_t hash = (number ^ key) + account * 0x9e3779b97f4a7c15ULL;
  hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9ULL;
  hash = ((hash ^ hash >> 27) + key) * 0x94d049bb133111ebULL;
  return hash ^ hash >> 31;
}

NumberTable::Place NumberTable::place_of(key::AccountNumber account, std::uint64_t number) const {
  const std::uint64_t hashed = hash(account, number, hash_key_);
  static_assert(kShards == 1 << 6 && kStamps == 1 << 14);
  return {hashed >> 58, hashed & (kStamps - 1), static_cast<std::uint32_t>(hashed >> 20)};
}

// Whether two of one record's numbers have the same shard and tag. A slot's number is known by its card, which has
// both, so they could not be told apart.
bool NumberTable::any_meet(key::AccountNumber account, const std::vector<std::uint64_t>& numbers) const {
  for (std::size_t one = 1; one < numbers.size(); ++one) {
    const Place place = place_of(account, numbers[one]);
    for (std::size_t other = 0; other < one; ++other) {
      const Place before = place_of(account, numbers[other]);
      if (place.shard == before.shard && place.tag == before.tag) return true;
    }
  }
  return false;
}

bool NumberTable::has_number(Ref ref, key::AccountNumber account, std::uint64_t number) const {
  const std::byte* block = memory_.at(ref);
  if (!is_list(block)) return codec_.has_number(ref, account, number);
  const ListHeader header = list_header(block);
  return header.account == account && header.number == number;
}

NumberTable::Located NumberTable::locate(const Place& place, key::AccountNumber account, std::uint64_t number) const {
  const Slots* slots = shards_[place.shard].slots.load();
  if (slots == nullptr) return {};
  for (std::size_t at = slots->home(place.tag);; at = slots->next(at)) {
    const std::uint64_t slot = slots->all[at].load();
    if (slot == 0) return {};
    const Ref ref = ref_of(slot);
    if (tag_of(slot) != place.tag || ref == kRemoved) continue;
    if (ref == kKeptOut || has_number(ref, account, number)) return {&slots->all[at], ref};
  }
}

bool NumberTable::find(key::AccountNumber account, telephony::PhoneNumber number, std::uint64_t position,
                       std::size_t cards_max, Cards& cards, std::uint64_t& total) const {
  if (state() != State::complete) return false;
  const Place place = place_of(account, number.packed());
  // Far away in memory like the slot, and wanted right after it.
  __builtin_prefetch(&stamps_[place.stamp]);
  const Ref ref = locate(place, account, number.packed()).ref;
  // The stamp is set before the slot changes, and read after it.
  if (stamps_[place.stamp].load() > position || ref == kKeptOut) return false;
  if (ref == CardMemory::kNone) return true;
  const std::byte* block = memory_.at(ref);
  if (!is_list(block)) {
    total = 1;
    if (cards_max > 0) cards.push_back(codec_.read(ref, number.packed()));
    return true;
  }
  total = list_header(block).count;
  for (std::size_t which = 0; which < std::min<std::size_t>(total, cards_max); ++which) {
    cards.push_back(codec_.read(list_entry(block, which), number.packed()));
  }
  return true;
}

void NumberTable::stamp(key::AccountNumber account, const Record* record) {
  if (record != nullptr) stamp_numbers(account, CardCodec::numbers_of(*record));
}

void NumberTable::stamp_numbers(key::AccountNumber account, const std::vector<std::uint64_t>& numbers) {
  for (const std::uint64_t number : numbers) stamps_[place_of(account, number).stamp].store(position_);
}

void NumberTable::change(key::AccountNumber account, const Record* before, const Record* after) {
  const auto old_numbers = before != nullptr ? CardCodec::numbers_of(*before) : std::vector<std::uint64_t>();
  const auto new_numbers = after != nullptr ? CardCodec::numbers_of(*after) : std::vector<std::uint64_t>();
  stamp_numbers(account, old_numbers);
  stamp_numbers(account, new_numbers);
  Ref card = CardMemory::kNone;
  if (!new_numbers.empty() && !any_meet(account, new_numbers)) card = codec_.write(account, *after, new_numbers);
  Ref old_card = CardMemory::kNone;
  bool used = false;
  for (const std::uint64_t number : new_numbers) used |= put(account, number, *after, card, old_card);
  if (!used && card != CardMemory::kNone) retire_block(card);
  for (const std::uint64_t number : old_numbers) {
    if (std::ranges::find(new_numbers, number) == new_numbers.end()) remove(account, number, *before, old_card);
  }
  if (old_card != CardMemory::kNone) retire_block(old_card);
}

void NumberTable::load(key::AccountNumber account, const Record& record) {
  change(account, nullptr, &record);
}

void NumberTable::finish() {
  bytes_.store(memory_.bytes() + slot_bytes_, std::memory_order_relaxed);
  if (!freed_.empty()) retire_freed();
}

bool NumberTable::put(key::AccountNumber account, std::uint64_t number, const Record& record, Ref card, Ref& replaced) {
  const Place place = place_of(account, number);
  const Located located = locate(place, account, number);
  if (located.slot == nullptr) {
    insert(place, card == CardMemory::kNone ? kKeptOut : card);
    return card != CardMemory::kNone;
  }
  if (located.ref == kKeptOut) return false;
  std::vector<Ref> cards = cards_at(located.ref);
  bool is_there = false;
  const std::size_t at = position_in(cards, record, is_there);
  if (is_there) {
    replaced = cards[at];
    cards[at] = card;
  } else {
    cards.insert(cards.begin() + static_cast<std::ptrdiff_t>(at), card);
  }
  const Ref next = card == CardMemory::kNone ? kKeptOut : ref_for(account, number, cards);
  replace(located, place, next);
  return next != kKeptOut;
}

void NumberTable::remove(key::AccountNumber account, std::uint64_t number, const Record& record, Ref& removed) {
  const Place place = place_of(account, number);
  const Located located = locate(place, account, number);
  if (located.slot == nullptr || located.ref == kKeptOut) return;
  std::vector<Ref> cards = cards_at(located.ref);
  bool is_there = false;
  const std::size_t at = position_in(cards, record, is_there);
  if (!is_there) return;
  removed = cards[at];
  cards.erase(cards.begin() + static_cast<std::ptrdiff_t>(at));
  replace(located, place, cards.empty() ? kRemoved : ref_for(account, number, cards));
}

// The cards themselves are their records' to retire.
void NumberTable::replace(const Located& located, const Place& place, Ref next) {
  located.slot->store(slot_of(place.tag, next));
  if (is_list(memory_.at(located.ref))) retire_block(located.ref);
}

void NumberTable::insert(const Place& place, Ref ref) {
  Shard& shard = shards_[place.shard];
  Slots* slots = shard.slots.load();
  if (slots == nullptr || shard.used + 1 > slots->capacity * kFullTenths / 10) {
    grow(shard);
    slots = shard.slots.load();
  }
  std::size_t at = slots->home(place.tag);
  while (true) {
    const std::uint64_t slot = slots->all[at].load();
    if (slot == 0) ++shard.used;
    if (slot == 0 || ref_of(slot) == kRemoved) break;
    at = slots->next(at);
  }
  slots->all[at].store(slot_of(place.tag, ref));
}

void NumberTable::grow(Shard& shard) {
  Slots* old = shard.slots.load();
  std::size_t kept = 0;
  for (std::size_t at = 0; old != nullptr && at < old->capacity; ++at) {
    const std::uint64_t slot = old->all[at].load();
    if (slot != 0 && ref_of(slot) != kRemoved) ++kept;
  }
  auto fresh = std::make_unique<Slots>(std::max(kSlotsMin, kept * 2));
  shard.used = kept;
  // From behind an empty slot round to it, so that slots of one tag stay in their order.
  std::size_t from = 0;
  while (old != nullptr && old->all[from].load() != 0) from = old->next(from);
  for (std::size_t left = old != nullptr ? old->capacity : 0; left > 0; --left, from = old->next(from)) {
    const std::uint64_t slot = old->all[from].load();
    if (slot == 0 || ref_of(slot) == kRemoved) continue;
    std::size_t at = fresh->home(tag_of(slot));
    while (fresh->all[at].load() != 0) at = fresh->next(at);
    fresh->all[at].store(slot);
  }
  slot_bytes_ += fresh->bytes() - (old != nullptr ? old->bytes() : 0);
  shard.slots.store(fresh.release());
  if (old != nullptr) pins_.retire([old] { delete old; });
}

std::vector<CardMemory::Ref> NumberTable::cards_at(Ref ref) const {
  const std::byte* block = memory_.at(ref);
  if (!is_list(block)) return {ref};
  std::vector<Ref> cards(list_header(block).count);
  std::memcpy(cards.data(), block + sizeof(ListHeader), cards.size() * sizeof(Ref));
  return cards;
}

CardMemory::Ref NumberTable::ref_for(key::AccountNumber account, std::uint64_t number, const std::vector<Ref>& cards) {
  if (cards.size() == 1) return cards.front();
  const Ref list = write_list(account, number, cards);
  return list == CardMemory::kNone ? kKeptOut : list;
}

CardMemory::Ref NumberTable::write_list(key::AccountNumber account, std::uint64_t number,
                                        const std::vector<Ref>& cards) {
  if (cards.size() > kBearersMax) return CardMemory::kNone;
  const std::size_t bytes = sizeof(ListHeader) + cards.size() * sizeof(Ref);
  const Ref ref = memory_.allocate(bytes);
  if (ref == CardMemory::kNone) return ref;
  const ListHeader header{static_cast<std::uint32_t>(bytes) | kListMark, account, number, cards.size()};
  std::memcpy(memory_.at(ref), &header, sizeof header);
  std::memcpy(memory_.at(ref) + sizeof header, cards.data(), cards.size() * sizeof(Ref));
  return ref;
}

// Where the record's card stands in the list, or would.
std::size_t NumberTable::position_in(const std::vector<Ref>& cards, const Record& record, bool& is_there) const {
  const auto at = std::ranges::partition_point(cards, [&](Ref ref) { return order(codec_.read_id(ref), record) < 0; });
  is_there = at != cards.end() && is_of(codec_.read_id(*at), record.id);
  return static_cast<std::size_t>(at - cards.begin());
}

void NumberTable::retire_block(Ref ref) {
  const std::size_t bytes = first_word(memory_.at(ref)) & ~kListMark;
  freed_.emplace_back(ref, bytes);
  freed_bytes_ += bytes;
  if (freed_bytes_ > kFreedBytesMax) retire_freed();
}

void NumberTable::retire_freed() {
  pins_.retire([this, freed = std::move(freed_)] {
    for (const auto& [ref, bytes] : freed) memory_.free(ref, bytes);
  });
  freed_.clear();
  freed_bytes_ = 0;
}

}  // namespace ringdex::index
