// The part of the IndexView that searches by name.

#include <algorithm>

#include "index/index.h"
#include "index/records/name_words.h"
#include "index/store/store_impl.h"

namespace ringdex::index {
namespace {

// One search: the query's words, and which entry of a record is the one that reports it.
class NameSearch {
 public:
  explicit NameSearch(std::string_view text) : words_(name_words(text)) {
    const auto longest = std::ranges::max_element(words_, {}, &std::string::size);
    if (longest != words_.end()) sought_ = *longest;
  }

  // What the words of all entries that may be meant begin with.
  const std::string& sought() const { return sought_; }
  bool is_of_everybody() const { return words_.empty(); }
  // A record has an entry for each of its words, so that several may be met, on different pages even: one reports it.
  bool reports(std::string_view word, const Record& record) const {
    const std::vector<std::string> held = words_of(record);
    if (words_.empty()) return !held.empty() && held.front() == word;
    const bool is_meant = std::ranges::all_of(words_, [&](const std::string& wanted) {
      return std::ranges::any_of(held, [&](const std::string& one) { return one.starts_with(wanted); });
    });
    return is_meant &&
           std::ranges::none_of(held,
                                [&](const std::string& other) { return other < word && other.starts_with(sought_); }) &&
           std::ranges::find(held, word) != held.end();
  }

 private:
  const std::vector<std::string> words_;
  std::string sought_;
};

}  // namespace

std::expected<NamedRecords, IndexError> IndexView::find_by_name(
    std::string_view account, const NameQuery& query, const std::function<bool(const Record&)>& wanted) const {
  const Store::Impl& store = store_->impl();
  NamedRecords found;
  const auto account_number = store.account(account);
  if (!account_number) return found;
  try {
    const NameSearch search(query.text);
    const std::string first = key::name_prefix(*account_number, search.sought());
    const std::string end = key::after_prefix(first);
    const rocksdb::Slice upper_bound(end);
    ReadOptions options;
    options.snapshot = snapshot_->handle;
    options.iterate_upper_bound = &upper_bound;
    const auto it = store.iterate(Family::names, options);
    const std::size_t account_bytes = sizeof(key::AccountNumber);
    std::size_t examined = 0;
    for (it->Seek(std::max(first, key::name_prefix(*account_number, query.from))); it->Valid();) {
      const std::string key = it->key().ToString();
      if (++examined > std::max<std::size_t>(query.examined_max, 1)) {
        found.examined_all = false;
        found.next = key.substr(account_bytes);
        return found;
      }
      const auto named = key::named(key);
      if (!named) throw StoreFailure{rocksdb::Status::Corruption("name")};
      if (search.is_of_everybody() && named->place != key::WordPlace::first) {
        // Nobody else's first word: the next one, at once. Whole organizations may stand here.
        it->Seek(key::name_end(*account_number, named->word));
        continue;
      }
      it->Next();
      // Where other rules for words have left an entry behind, the record does not have the word.
      const auto entry = store.entry(*account_number, named->id, snapshot_->handle);
      const auto* record = entry ? std::get_if<Record>(&*entry) : nullptr;
      if (record == nullptr || !search.reports(named->word, *record) || (wanted && !wanted(*record))) continue;
      if (found.records.size() == query.records_max) {
        found.next = key.substr(account_bytes);
        return found;
      }
      found.records.push_back(*record);
    }
    if (!it->status().ok()) throw StoreFailure{it->status()};
    return found;
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "find by name"));
  }
}

}  // namespace ringdex::index
