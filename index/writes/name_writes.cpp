#include "index/writes/name_writes.h"

#include <algorithm>

#include "index/records/name_words.h"

namespace ringdex::index {
namespace {

std::uint64_t order_of(std::string_view word) {
  std::uint64_t order = 0;
  for (std::size_t at = 0; at < sizeof order; ++at) {
    order = order << 8 | (at < word.size() ? static_cast<unsigned char>(word[at]) : 0);
  }
  return order;
}

bool have_same_words(const Record* before, const Record* after) {
  if (before == nullptr || after == nullptr) return before == after;
  return before->name == after->name && before->organization == after->organization &&
         is_shown(*before) == is_shown(*after);
}

}  // namespace

void NameWrites::change(key::AccountNumber account, const RecordId& id, const Record* before, const Record* after) {
  if (have_same_words(before, after)) return;
  const auto was = before != nullptr ? words_of(*before) : std::vector<std::string>();
  const auto is = after != nullptr ? words_of(*after) : std::vector<std::string>();
  for (std::size_t which = 0; which < was.size(); ++which) add(account, id, was, which, is, false);
  for (std::size_t which = 0; which < is.size(); ++which) add(account, id, is, which, was, true);
}

void NameWrites::add(key::AccountNumber account, const RecordId& id, const std::vector<std::string>& words,
                     std::size_t which, const std::vector<std::string>& others, bool is_put) {
  const std::string& word = words[which];
  const auto other = std::ranges::find(others, word);
  if (other != others.end() && (other == others.begin()) == (which == 0)) return;
  const std::size_t begin = keys_.size();
  key::append_name(keys_, account, word, which == 0 ? key::WordPlace::first : key::WordPlace::behind, id);
  writes_.push_back({order_of(word), begin, static_cast<std::uint32_t>(keys_.size() - begin), is_put});
}

void NameWrites::write(const Store::Impl& store, rocksdb::WriteBatch& writes) {
  std::ranges::sort(writes_, [this](const Write& left, const Write& right) {
    return left.order != right.order ? left.order < right.order : key_of(left) < key_of(right);
  });
  rocksdb::ColumnFamilyHandle* const names = store.family(Family::names);
  for (const Write& write : writes_) {
    const std::string_view bytes = key_of(write);
    const rocksdb::Slice key(bytes.data(), bytes.size());
    write.is_put ? writes.Put(names, key, "") : writes.Delete(names, key);
  }
  writes_.clear();
  keys_.clear();
}

}  // namespace ringdex::index
