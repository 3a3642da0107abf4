#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/index_key.h"
#include "index/store/store_impl.h"

namespace ringdex::index {

// What one batch changes in the family `names`, which has one entry for each word of a shown record (name_words.h).
class NameWrites {
 public:
  // One record, once; nothing stands for none. A change that leaves the names as they are costs nothing.
  void change(key::AccountNumber account, const RecordId& id, const Record* before, const Record* after);
  // In the order of the keys, so that the memtable looks for the place of each near the one before.
  void write(const Store::Impl& store, rocksdb::WriteBatch& writes);

 private:
  struct Write {
    std::uint64_t order;  // of the word's beginning, which tells most of them apart
    std::size_t begin;    // in keys_
    std::uint32_t bytes;
    bool is_put;  // else deleted
  };
  // One word, unless the other words have it in the same place.
  void add(key::AccountNumber account, const RecordId& id, const std::vector<std::string>& words, std::size_t which,
           const std::vector<std::string>& others, bool is_put);
  std::string_view key_of(const Write& write) const { return {keys_.data() + write.begin, write.bytes}; }

  std::string keys_;  // one behind the other
  std::vector<Write> writes_;
};

}  // namespace ringdex::index
