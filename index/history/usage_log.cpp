#include "index/history/usage_log.h"

#include "index/store/store_impl.h"

namespace ringdex::index {

std::expected<void, IndexError> UsageLog::add(const std::string& account, std::uint64_t period,
                                              const UsageCounts& counts) {
  Store::Impl& store = store_.impl();
  try {
    const std::string key = key::numbered(store.account_for_write(account), period);
    UsageCounts sum = counts;
    if (const auto bytes = store.get(Family::usage, key)) {
      const auto before = decode_usage(*bytes);
      if (!before) throw StoreFailure{rocksdb::Status::Corruption("usage of account " + account)};
      sum += *before;
    }
    rocksdb::WriteBatch batch;
    batch.Put(store.family(Family::usage), key, encode_usage(sum));
    store.write(batch, false);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "count lookups"));
  }
}

std::expected<void, IndexError> UsageLog::visit(const std::string& account, std::uint64_t from, std::uint64_t to,
                                                const Visitor& visitor) const {
  const Store::Impl& store = store_.impl();
  const auto account_number = store.account(account);
  if (!account_number) return {};
  const std::string end = key::numbered(*account_number, to);
  ReadOptions options;
  options.fill_cache = false;
  const auto it = store.iterate(Family::usage, options);
  for (it->Seek(key::numbered(*account_number, from)); it->Valid() && it->key().compare(end) < 0; it->Next()) {
    const auto counts = decode_usage(it->value().ToStringView());
    if (!counts) return std::unexpected(IndexError{IndexError::Kind::corruption, "usage of account " + account});
    visitor(key::read_u64(it->key().ToStringView().substr(sizeof(key::AccountNumber))), *counts);
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read usage"));
  return {};
}

std::expected<void, IndexError> UsageLog::forget_before(TimePoint before) {
  Store::Impl& store = store_.impl();
  rocksdb::WriteBatch batch;
  const auto it = store.iterate(Family::usage, {});
  for (it->SeekToFirst(); it->Valid();) {
    const std::string key = it->key().ToString();
    if (key::read_u64(std::string_view(key).substr(sizeof(key::AccountNumber))) >= counting_period(before)) {
      it->Seek(key::after_prefix(key.substr(0, sizeof(key::AccountNumber))));
      continue;
    }
    batch.Delete(store.family(Family::usage), key);
    it->Next();
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read usage"));
  try {
    if (batch.Count() > 0) store.write(batch, false);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "forget old usage"));
  }
}

}  // namespace ringdex::index
