#include "index/history/inbox.h"

#include "index/store/store_impl.h"

namespace ringdex::index {

std::expected<std::vector<std::uint64_t>, IndexError> Inbox::accept(const std::string& account,
                                                                    const std::string& source,
                                                                    const std::vector<std::string>& payloads) {
  Store::Impl& store = store_.impl();
  const std::lock_guard lock(store.writer);
  try {
    const key::AccountNumber account_number = store.account_for_write(account);
    std::uint64_t next = key::read_u64(store.get(Family::meta, "inbox").value_or(""));
    std::vector<std::uint64_t> numbers;
    rocksdb::WriteBatch batch;
    for (const std::string& payload : payloads) {
      batch.Put(store.family(Family::inbox), key::numbered(account_number, source, next), payload);
      numbers.push_back(next++);
    }
    batch.Put(store.family(Family::meta), "inbox", key::u64(next));
    store.write(batch, true);
    return numbers;
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "accept webhook events of " + source));
  }
}

std::expected<std::vector<InboxEvent>, IndexError> Inbox::pending(const std::string& account, const std::string& source,
                                                                  std::size_t events_max) const {
  const Store::Impl& store = store_.impl();
  std::vector<InboxEvent> events;
  const auto account_number = store.account(account);
  if (!account_number) return events;
  const std::string prefix = key::source(*account_number, source);
  const auto it = store.iterate(Family::inbox, {});
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix) && events.size() < events_max; it->Next()) {
    events.push_back({key::read_u64(it->key().ToStringView().substr(prefix.size())), it->value().ToString()});
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read webhook events of " + source));
  return events;
}

std::expected<void, IndexError> Inbox::amend(const std::string& account, const std::string& source,
                                             const InboxEvent& event) {
  Store::Impl& store = store_.impl();
  const std::lock_guard lock(store.writer);
  try {
    const std::string key = key::numbered(store.account_for_write(account), source, event.number);
    if (!store.get(Family::inbox, key)) return {};
    rocksdb::WriteBatch batch;
    batch.Put(store.family(Family::inbox), key, event.payload);
    store.write(batch, false);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "amend a webhook event of " + source));
  }
}

}  // namespace ringdex::index
