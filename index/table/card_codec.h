#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "index/records/index_key.h"
#include "index/table/card.h"
#include "index/table/card_memory.h"

namespace ringdex::index {

// The records' cards in CardMemory, a record once, whatever its numbers. One writer, any readers; the rules of
// CardMemory hold. A block, in the machine's byte order:
//
//   Header, then canonical number u64 x Header::numbers, then texts, each a varint length and its bytes:
//   external id, name, organization, [whole address, if it is not split], then for each number raw, label, extension
//   label: varint of its shared text, or 0 and the text
class CardCodec {
 public:
  explicit CardCodec(CardMemory& memory) : memory_(memory) {}

  // The canonical numbers of a record, each once, in its order.
  static std::vector<std::uint64_t> numbers_of(const Record& record);

  // kNone: no memory, or the record is of a size that is not kept.
  CardMemory::Ref write(key::AccountNumber account, const Record& record, std::span<const std::uint64_t> numbers);

  bool has_number(CardMemory::Ref ref, key::AccountNumber account, std::uint64_t number) const;
  // For a number that the card has.
  Card read(CardMemory::Ref ref, std::uint64_t number) const;
  // All but the phone and the address.
  Card read_id(CardMemory::Ref ref) const;

  struct Header {
    std::uint32_t bytes;  // of the block
    key::AccountNumber account;
    std::int64_t first_indexed_at;
    std::int64_t updated_at;  // kNoTime: none
    std::uint16_t source;     // shared text
    std::uint16_t url_head;   // shared text; kWhole: the address is among the texts
    std::uint16_t url_tail;   // shared text
    std::uint8_t kind;
    std::uint8_t numbers;
  };

 private:
  using Shared = std::uint16_t;
  static constexpr Shared kWhole = 0xffff;

  // Room is left for sources, without which a card cannot be.
  static constexpr Shared kOthersEnd = 60'000;
  std::optional<Shared> share(std::string_view text, Shared end = kOthersEnd);
  std::string_view shared(Shared which) const;
  void add_url(Header& header, const Record& record);

  CardMemory& memory_;
  std::array<CardMemory::Ref, kWhole> shared_{};  // each set once; 0 is the empty text
  Shared shared_count_ = 1;
  std::unordered_map<std::string, Shared> shared_numbers_;
  std::string texts_;  // of the block in hand
};

}  // namespace ringdex::index
