#pragma once

#include <array>
#include <atomic>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "index/records/index_key.h"
#include "index/table/card.h"
#include "index/table/card_codec.h"
#include "index/table/card_memory.h"
#include "index/table/read_pins.h"

namespace ringdex::index {

// Most numbers have one holder or a few.
using Cards = boost::container::small_vector<Card, 4>;

// The in-memory way from a number to the cards of its holders, beside the RocksDB that it is filled from. Readers take
// no lock and never wait; what they read never changes under them, but is replaced. One writer.
//
// A view of the index sees one position. The table holds the newest state only, and a stamp for each of many groups of
// numbers: the position that last changed one of the group. A reader that meets a stamp above its own position, a
// number that is kept out for want of memory, or a table that is not loaded yet, asks RocksDB at its snapshot instead.
class NumberTable {
 public:
  // SplitMix64's finisher (Steele, Lea, Flood 2014), with a key in front. The table looks at 38 of its bits.
  static std::uint64_t hash(key::AccountNumber account, std::uint64_t number, std::uint64_t key);

  // `bytes_max` bounds the cards; the way to them takes about 12 bytes a number beyond. `hash_key` is a secret, so that
  // nobody can choose numbers that meet.
  NumberTable(ReadPins& pins, std::size_t bytes_max, std::uint64_t hash_key);
  ~NumberTable();
  NumberTable(const NumberTable&) = delete;
  NumberTable& operator=(const NumberTable&) = delete;

  // The number's cards (canonical), in the order of first_indexed_at, then id; at most `cards_max`, `total` tells all.
  // False if the store is to be asked. By a reader that is pinned, for as long as it uses the cards.
  bool find(key::AccountNumber account, telephony::PhoneNumber number, std::uint64_t position, std::size_t cards_max,
            Cards& cards, std::uint64_t& total) const;

  // The writer's. Changes of one position stand between begin() and finish(), before the position is published; stamp()
  // comes for a record that is not loaded yet, else change().
  void begin(std::uint64_t position) { position_ = position; }
  void stamp(key::AccountNumber account, const Record* record);
  void change(key::AccountNumber account, const Record* before, const Record* after);
  void finish();
  // Adds a record as it is. For filling only: no reader may be told of it before complete().
  void load(key::AccountNumber account, const Record& record);
  void complete() { state_.store(State::complete); }
  // From now on RocksDB answers.
  void give_up() { state_.store(State::given_up); }

  // Any thread.
  enum class State { loading, complete, given_up };
  State state() const { return state_.load(); }
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }

 private:
  using Ref = CardMemory::Ref;
  struct Slots;
  struct Shard {
    std::atomic<Slots*> slots{nullptr};
    std::size_t used = 0;  // slots that are not empty; the writer's
  };
  struct Place {
    std::size_t shard;
    std::size_t stamp;
    std::uint32_t tag;
  };
  static constexpr std::size_t kShards = 64;
  static constexpr std::size_t kStamps = std::size_t{1} << 14;

  Place place_of(key::AccountNumber account, std::uint64_t number) const;
  bool any_meet(key::AccountNumber account, const std::vector<std::uint64_t>& numbers) const;
  struct Located {
    std::atomic<std::uint64_t>* slot = nullptr;  // nullptr if no slot holds the number
    Ref ref = CardMemory::kNone;                 // what it held when it was looked at
  };
  Located locate(const Place& place, key::AccountNumber account, std::uint64_t number) const;
  bool has_number(Ref ref, key::AccountNumber account, std::uint64_t number) const;

  // False if the number is kept out, and the card not used.
  bool put(key::AccountNumber account, std::uint64_t number, const Record& record, Ref card, Ref& replaced);
  void remove(key::AccountNumber account, std::uint64_t number, const Record& record, Ref& removed);
  void insert(const Place& place, Ref ref);
  void grow(Shard& shard);

  void stamp_numbers(key::AccountNumber account, const std::vector<std::uint64_t>& numbers);

  // Cards that have one number: a slot holds the only one, or a list of them.
  std::vector<Ref> cards_at(Ref ref) const;
  // What a slot holds for these cards, kKeptOut where there is no room.
  Ref ref_for(key::AccountNumber account, std::uint64_t number, const std::vector<Ref>& cards);
  void replace(const Located& located, const Place& place, Ref next);
  Ref write_list(key::AccountNumber account, std::uint64_t number, const std::vector<Ref>& cards);
  std::size_t position_in(const std::vector<Ref>& cards, const Record& record, bool& is_there) const;
  void retire_block(Ref ref);
  void retire_freed();

  ReadPins& pins_;
  const std::uint64_t hash_key_;
  CardMemory memory_;
  CardCodec codec_;
  std::array<Shard, kShards> shards_;
  std::array<std::atomic<std::uint64_t>, kStamps> stamps_{};
  std::atomic<State> state_{State::loading};
  std::atomic<std::size_t> bytes_{0};
  // The writer's.
  std::uint64_t position_ = 0;
  std::size_t slot_bytes_ = 0;
  std::vector<std::pair<Ref, std::size_t>> freed_;
  std::size_t freed_bytes_ = 0;
};

}  // namespace ringdex::index
