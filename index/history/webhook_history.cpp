#include "index/history/webhook_history.h"

#include <rocksdb/snapshot.h>

#include <algorithm>

#include "index/history/inbox.h"

namespace ringdex::index {
namespace {

constexpr std::size_t kNumberBytes = sizeof(std::uint64_t);

// What the keys of a source begin with, out of one of its keys.
std::string source_prefix(const rocksdb::Slice& key) {
  return std::string(key.data(), key.size() - std::min(key.size(), kNumberBytes));
}

std::string source_of(std::string_view prefix) {
  const std::size_t around = sizeof(key::AccountNumber) + 1;
  return std::string(prefix.substr(sizeof(key::AccountNumber), prefix.size() - std::min(prefix.size(), around)));
}

// Of the account: what the keys of each of its sources begin with.
std::vector<std::string> source_prefixes(const Store::Impl& store, key::AccountNumber account, Family family,
                                         const ReadOptions& options) {
  const std::string prefix = key::u32(account);
  std::vector<std::string> found;
  const auto it = store.iterate(family, options);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Seek(key::after_prefix(found.back()))) {
    found.push_back(source_prefix(it->key()));
  }
  if (!it->status().ok()) throw StoreFailure{it->status()};
  return found;
}

// The events of one source in one family, newest first.
class Newest {
 public:
  Newest(const Store::Impl& store, Family family, std::string prefix, std::uint64_t newest, const ReadOptions& options)
      : prefix_(std::move(prefix)), is_settled_(family == Family::webhooks), it_(store.iterate(family, options)) {
    it_->SeekForPrev(prefix_ + key::u64(newest));
    read();
  }

  const std::optional<EventEntry>& event() const { return event_; }
  EventEntry take() {
    EventEntry taken = *std::move(event_);
    it_->Prev();
    read();
    return taken;
  }

 private:
  void read() {
    event_.reset();
    for (; it_->Valid() && it_->key().starts_with(prefix_); it_->Prev()) {
      EventEntry event{.source = source_of(prefix_),
                       .number = key::read_u64(it_->key().ToStringView().substr(prefix_.size()))};
      if (!is_settled_) {
        event.payload = it_->value().ToString();
      } else if (auto stored = decode_settled_event(it_->value().ToStringView())) {
        event.payload = std::move(stored->payload);
        event.settled = std::move(stored->settled);
      } else {
        continue;
      }
      event_ = std::move(event);
      return;
    }
    if (!it_->status().ok()) throw StoreFailure{it_->status()};
  }

  const std::string prefix_;
  const bool is_settled_;
  const std::unique_ptr<rocksdb::Iterator> it_;
  std::optional<EventEntry> event_;
};

std::size_t count_kept(const Store::Impl& store, const std::string& prefix) {
  std::size_t kept = 0;
  const auto it = store.iterate(Family::webhooks, {});
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) ++kept;
  if (!it->status().ok()) throw StoreFailure{it->status()};
  return kept;
}

void forget_oldest(Store::Impl& store, const std::string& prefix, std::size_t events) {
  const auto it = store.iterate(Family::webhooks, {});
  for (it->Seek(prefix); events > 0 && it->Valid() && it->key().starts_with(prefix); it->Next()) --events;
  if (!it->status().ok()) throw StoreFailure{it->status()};
  if (!it->Valid()) return;
  rocksdb::WriteBatch batch;
  batch.DeleteRange(store.family(Family::webhooks), prefix, it->key());
  store.write(batch, false);
}

}  // namespace

void trim_history(Store::Impl& store, key::AccountNumber account, const std::string& source, std::size_t added) {
  const std::string prefix = key::source(account, source);
  try {
    const auto [kept, is_new] = store.settled_kept.try_emplace(prefix);
    kept->second = is_new ? count_kept(store, prefix) : kept->second + added;
    if (kept->second <= kSettledEventsMax + kSettledEventsSlack) return;
    forget_oldest(store, prefix, kept->second - kSettledEventsMax);
    kept->second = kSettledEventsMax;
  } catch (const StoreFailure&) {
    store.settled_kept.erase(prefix);
  }
}

std::expected<std::vector<EventEntry>, IndexError> Inbox::history(const std::string& account, const std::string& source,
                                                                  std::optional<std::uint64_t> behind,
                                                                  std::size_t events_max) const {
  const Store::Impl& store = store_.impl();
  std::vector<EventEntry> events;
  const auto account_number = store.account(account);
  if (!account_number || behind == 0) return events;
  const std::uint64_t newest = behind ? *behind - 1 : UINT64_MAX;
  // One for both families, since events move from one to the other.
  rocksdb::ManagedSnapshot snapshot(store.db.get());
  ReadOptions options;
  options.snapshot = snapshot.snapshot();
  options.fill_cache = false;
  try {
    std::vector<std::unique_ptr<Newest>> heads;
    for (const Family family : {Family::inbox, Family::webhooks}) {
      const auto prefixes = source.empty() ? source_prefixes(store, *account_number, family, options)
                                           : std::vector{key::source(*account_number, source)};
      for (const std::string& prefix : prefixes) {
        heads.push_back(std::make_unique<Newest>(store, family, prefix, newest, options));
      }
    }
    const auto number = [](const std::unique_ptr<Newest>& head) {
      return head->event() ? std::optional(head->event()->number) : std::nullopt;
    };
    while (events.size() < events_max) {
      const auto next = std::ranges::max_element(heads, {}, number);
      if (next == heads.end() || !(*next)->event()) break;
      events.push_back((*next)->take());
    }
    return events;
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "read the history of webhook events"));
  }
}

std::expected<void, IndexError> Inbox::note_ignored(const std::string& account, const std::string& source,
                                                    const std::vector<IgnoredEvent>& events, TimePoint now) {
  if (events.empty()) return {};
  Store::Impl& store = store_.impl();
  const std::lock_guard lock(store.writer);
  try {
    const key::AccountNumber account_number = store.account_for_write(account);
    std::uint64_t next = key::read_u64(store.get(Family::meta, "inbox").value_or(""));
    rocksdb::WriteBatch batch;
    for (const IgnoredEvent& event : events) {
      const SettledEvent settled{
          .settled_at = now, .outcome = EventOutcome::ignored, .did = {}, .detail = event.detail};
      batch.Put(store.family(Family::webhooks), key::numbered(account_number, source, next++),
                encode_settled_event(settled, event.payload));
    }
    batch.Put(store.family(Family::meta), "inbox", key::u64(next));
    store.write(batch, false);
    trim_history(store, account_number, source, events.size());
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "note ignored webhook events of " + source));
  }
}

std::expected<void, IndexError> Inbox::forget_settled_before(TimePoint before) {
  Store::Impl& store = store_.impl();
  ReadOptions options;
  options.fill_cache = false;
  rocksdb::WriteBatch batch;
  std::map<std::string, std::size_t> forgotten;  // by source
  // All are looked at: one that waited for long was settled after many behind it.
  const auto it = store.iterate(Family::webhooks, options);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto stored = decode_settled_event(it->value().ToStringView());
    if (stored && stored->settled.settled_at >= before) continue;
    batch.Delete(store.family(Family::webhooks), it->key());
    ++forgotten[source_prefix(it->key())];
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read the history of webhook events"));
  if (batch.Count() == 0) return {};
  const std::lock_guard lock(store.writer);
  try {
    store.write(batch, false);
    for (const auto& [prefix, events] : forgotten) {
      // Others may have been trimmed meanwhile, which only makes the next trim come late.
      const auto kept = store.settled_kept.find(prefix);
      if (kept != store.settled_kept.end()) kept->second -= std::min(kept->second, events);
    }
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "forget old webhook events"));
  }
}

}  // namespace ringdex::index
