#include "index/name_writes.h"

#include <algorithm>

#include "index/name_words.h"

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
  for (const std::string& word : was) {
    if (std::ranges::find(is, word) == is.end()) add(account, id, word, Change::remove);
  }
  for (auto word = is.begin(); word != is.end(); ++word) {
    const auto known = std::ranges::find(was, *word);
    const bool is_first = word == is.begin();
    if (known != was.end() && (known == was.begin()) == is_first) continue;
    add(account, id, *word, is_first ? Change::put_first : Change::put);
  }
}

void NameWrites::add(key::AccountNumber account, const RecordId& id, std::string_view word, Change change) {
  const std::size_t begin = keys_.size();
  key::append_name(keys_, account, word, id);
  writes_.push_back({order_of(word), begin, static_cast<std::uint32_t>(keys_.size() - begin), change});
}

void NameWrites::write(const Store::Impl& store, rocksdb::WriteBatch& writes) {
  std::ranges::sort(writes_, [this](const Write& left, const Write& right) {
    return left.order != right.order ? left.order < right.order : key_of(left) < key_of(right);
  });
  rocksdb::ColumnFamilyHandle* const names = store.family(Family::names);
  for (const Write& write : writes_) {
    const std::string_view bytes = key_of(write);
    const rocksdb::Slice key(bytes.data(), bytes.size());
    switch (write.change) {
      case Change::remove:
        writes.Delete(names, key);
        break;
      case Change::put:
        writes.Put(names, key, "");
        break;
      case Change::put_first:
        writes.Put(names, key, key::kFirstWord);
        break;
    }
  }
  writes_.clear();
  keys_.clear();
}

}  // namespace ringdex::index
