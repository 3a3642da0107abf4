// The part of the IndexView that lists numbers of several records.

#include <algorithm>

#include "index/index.h"
#include "index/store/store_impl.h"

namespace ringdex::index {
namespace {

using telephony::PhoneNumber;

// Where a page begins: at the entry whose key goes on with `key` behind the account; so many of the entries in front
// of it are the same number's and were counted. As text: count(8) key.
struct Place {
  std::uint64_t counted = 0;
  std::string_view key = {};

  static Place read(std::string_view text) {
    constexpr std::size_t kBytesMin = 2 * sizeof(std::uint64_t);
    if (text.size() < kBytesMin) return {};
    return {key::read_u64(text.substr(0, sizeof(std::uint64_t))), text.substr(sizeof(std::uint64_t))};
  }
  std::string text() const { return key::u64(counted).append(key); }
  PhoneNumber number() const { return PhoneNumber::from_packed(key::read_u64(key.substr(0, sizeof(std::uint64_t)))); }
};

}  // namespace

std::expected<SharedNumbers, IndexError> IndexView::shared_numbers(
    std::string_view account, const SharedNumbersQuery& query,
    const std::function<bool(std::string_view source)>& wanted) const {
  const Store::Impl& store = store_->impl();
  SharedNumbers found;
  const auto account_number = store.account(account);
  if (!account_number) return found;
  const Place from = Place::read(query.from);
  const std::string first = key::u32(*account_number);
  const std::string end = key::after_prefix(first);
  const rocksdb::Slice upper_bound(end);
  ReadOptions options;
  options.snapshot = snapshot_->handle;
  options.iterate_upper_bound = &upper_bound;
  // The family's prefix is one number; this goes over all of them. It would drive out what lookups keep in the cache.
  options.total_order_seek = true;
  options.fill_cache = false;
  SharedNumber current{from.number(), from.counted};
  const auto close = [&] {
    if (current.records >= std::max<std::uint64_t>(query.least, 1)) found.numbers.push_back(current);
  };
  const auto it = store.iterate(Family::numbers, options);
  std::size_t examined = 0;
  for (it->Seek(std::string(first).append(from.key)); it->Valid(); it->Next(), ++examined) {
    const std::string_view key = it->key().ToStringView();
    const auto held = key::number_holder(key);
    if (!held) return std::unexpected(IndexError{IndexError::Kind::corruption, "find shared numbers: number"});
    if (held->number != current.number) {
      close();
      current = {held->number, 0};
    }
    const bool is_full = found.numbers.size() >= std::max<std::size_t>(query.numbers_max, 1);
    if (is_full || examined >= std::max<std::size_t>(query.examined_max, 1)) {
      found.next = Place{current.records, key.substr(first.size())}.text();
      return found;
    }
    if (wanted(held->source)) ++current.records;
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "find shared numbers"));
  close();
  return found;
}

}  // namespace ringdex::index
