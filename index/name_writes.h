#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/index_key.h"
#include "index/store_impl.h"

namespace ringdex::index {

// What one batch changes in the family `names`, which has one entry for each word of a shown record (name_words.h).
class NameWrites {
 public:
  // One record, once; nothing stands for none. A change that leaves the names as they are costs nothing.
  void change(key::AccountNumber account, const RecordId& id, const Record* before, const Record* after);
  // In the order of the keys, so that the memtable looks for the place of each near the one before.
  void write(const Store::Impl& store, rocksdb::WriteBatch& writes);

 private:
  enum class Change : std::uint8_t { remove, put, put_first };
  struct Write {
    std::uint64_t order;  // of the word's beginning, which tells most of them apart
    std::size_t begin;    // in keys_
    std::uint32_t bytes;
    Change change;
  };
  void add(key::AccountNumber account, const RecordId& id, std::string_view word, Change change);
  std::string_view key_of(const Write& write) const { return {keys_.data() + write.begin, write.bytes}; }

  std::string keys_;  // one behind the other
  std::vector<Write> writes_;
};

}  // namespace ringdex::index
