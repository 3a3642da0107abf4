#include "index/index.h"

#include <algorithm>
#include <new>

#include "index/records/name_words.h"
#include "index/records/record_codec.h"
#include "index/store/store_impl.h"
#include "index/writes/batch_writer.h"
#include "index/writes/name_writes.h"

namespace ringdex::index {
namespace {

constexpr int kAliasHopsMax = 32;

// All ids that lead to the winner, over however many merges.
std::vector<RecordId> read_aliases(const Store::Impl& store, key::AccountNumber account, const RecordId& winner,
                                   const rocksdb::Snapshot* at) {
  std::vector<RecordId> found;
  ReadOptions options;
  options.snapshot = at;
  const auto it = store.iterate(Family::aliases, options);
  std::string prefix = key::alias_prefix(account, winner);
  // Each id leads to one other and the winner to none, so no id comes twice.
  for (std::size_t followed = 0;; ++followed) {
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      if (auto id = key::record_id(it->key().ToStringView(), prefix.size())) found.push_back(std::move(*id));
    }
    if (!it->status().ok()) throw StoreFailure{it->status()};
    if (followed == found.size()) break;
    prefix = key::alias_prefix(account, found[followed]);
  }
  std::ranges::sort(found);
  return found;
}

}  // namespace

// The pin comes first: what is loaded after it stays.
IndexView::IndexView(Store& store)
    : store_(&store), pin_(store.impl().pins.pin()), snapshot_(&store.impl().snapshot()) {}

std::uint64_t IndexView::position() const {
  return snapshot_->position;
}

std::expected<Found, IndexError> IndexView::find(std::string_view account, telephony::PhoneNumber number,
                                                 std::size_t cards_max) const {
  const Store::Impl& store = store_->impl();
  std::expected<Found, IndexError> found;
  const auto account_number = store.account(account);
  if (!account_number) return found;
  if (!store.numbers.find(*account_number, number, snapshot_->position, cards_max, found->cards, found->total)) {
    found = find_in_store(*account_number, number, cards_max);
  }
  return found;
}

std::expected<Found, IndexError> IndexView::find_in_store(key::AccountNumber account, telephony::PhoneNumber number,
                                                          std::size_t cards_max) const {
  const Store::Impl& store = store_->impl();
  Found found;
  try {
    ReadOptions options;
    options.snapshot = snapshot_->handle;
    options.prefix_same_as_start = true;
    const std::string prefix = key::number_prefix(account, number);
    const auto it = store.iterate(Family::numbers, options);
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      ++found.total;
      if (found.from_store.size() >= cards_max) continue;
      const auto id = key::record_id(it->key().ToStringView(), key::kNumberPrefixBytes + 8);
      auto entry = id ? store.entry(account, *id, snapshot_->handle) : std::nullopt;
      if (!entry || !std::holds_alternative<Record>(*entry)) {
        throw StoreFailure{rocksdb::Status::Corruption("a number names a record that is not there")};
      }
      found.from_store.push_back(std::get<Record>(std::move(*entry)));
    }
    if (!it->status().ok()) throw StoreFailure{it->status()};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "find by number"));
  }
  for (const Record& record : found.from_store) found.cards.push_back(card_of(record, number));
  return found;
}

std::expected<RecordAnswer, IndexError> IndexView::get(std::string_view account, const RecordId& id) const {
  const Store::Impl& store = store_->impl();
  const auto account_number = store.account(account);
  if (!account_number) return UnknownRecord{};
  try {
    RecordId current = id;
    for (int hops = 0; hops < kAliasHopsMax; ++hops) {
      auto entry = store.entry(*account_number, current, snapshot_->handle);
      if (!entry) return hops == 0 ? RecordAnswer(UnknownRecord{}) : RecordAnswer(GoneRecord{});
      if (auto* record = std::get_if<Record>(&*entry)) {
        if (!is_shown(*record)) return GoneRecord{};
        auto aliases = read_aliases(store, *account_number, current, snapshot_->handle);
        return KnownRecord{std::move(*record), std::move(aliases)};
      }
      const auto& tombstone = std::get<Tombstone>(*entry);
      if (!tombstone.merged_into) return GoneRecord{};
      current = *tombstone.merged_into;
    }
    return GoneRecord{};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "get record"));
  }
}

std::expected<SourceState, IndexError> IndexView::source_state(std::string_view account,
                                                               std::string_view source) const {
  const Store::Impl& store = store_->impl();
  const auto account_number = store.account(account);
  if (!account_number) return SourceState{};
  try {
    const auto bytes = store.get(Family::sources, key::source(*account_number, source), snapshot_->handle);
    if (!bytes) return SourceState{};
    const auto state = decode_source_state(*bytes);
    if (!state) throw StoreFailure{rocksdb::Status::Corruption("state of source " + std::string(source))};
    return *state;
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "read source state"));
  }
}

std::optional<TimePoint> IndexView::checkpoint_at(std::string_view account, std::string_view source) const {
  const auto account_number = store_->impl().account(account);
  if (!account_number) return std::nullopt;
  const auto sources = snapshot_->checkpoints->find(*account_number);
  if (sources == snapshot_->checkpoints->end()) return std::nullopt;
  const auto found = sources->second.find(source);
  if (found == sources->second.end() || found->second == TimePoint{}) return std::nullopt;
  return found->second;
}

IndexView Index::read() const {
  return IndexView(store_);
}

namespace {

// Up to `records_max` records from where the last step ended, into whatever lacks them: true when no more are left.
bool fill_step(Store::Impl& store, std::size_t records_max) {
  const bool fills_table = store.numbers.state() == NumberTable::State::loading;
  NameWrites names;
  const auto it = store.iterate(Family::records, {});
  for (it->Seek(store.loaded_below); it->Valid() && records_max > 0; it->Next(), --records_max) {
    const std::string_view key = it->key().ToStringView();
    const auto id = key::record_id(key, sizeof(key::AccountNumber));
    const auto entry = id ? decode_entry(it->value().ToStringView(), *id) : std::nullopt;
    if (!entry) throw StoreFailure{rocksdb::Status::Corruption("record")};
    const auto* record = std::get_if<Record>(&*entry);
    if (record == nullptr) continue;
    const key::AccountNumber account = key::read_u32(key.substr(0, sizeof(key::AccountNumber)));
    if (fills_table) store.numbers.load(account, *record);
    if (!store.names_complete) names.change(account, *id, nullptr, record);
  }
  if (!it->status().ok()) throw StoreFailure{it->status()};
  if (fills_table) store.numbers.finish();
  const bool done = !it->Valid();
  if (!store.names_complete) {
    rocksdb::WriteBatch writes;
    names.write(store, writes);
    if (done) writes.Put(store.family(Family::meta), "names", key::u32(kNameWordsVersion));
    store.write(writes, false);
    // So that searches see them.
    store.publish(store.snapshot().position, store.snapshot().checkpoints);
    store.names_complete = done;
  }
  if (done && fills_table) store.numbers.complete();
  if (!done) store.loaded_below = it->key().ToString();
  return done;
}

}  // namespace

std::expected<bool, IndexError> Index::load_table(std::size_t records_max) {
  Store::Impl& store = store_.impl();
  const std::lock_guard lock(store.writer);
  if (store.numbers.state() != NumberTable::State::loading && store.names_complete) return true;
  try {
    return fill_step(store, records_max);
  } catch (const StoreFailure& failure) {
    store.numbers.give_up();
    return std::unexpected(to_error(failure.status, "fill the number table and the names"));
  } catch (const std::bad_alloc&) {
    // The names go on without the table, from the record where this step began.
    store.numbers.give_up();
    return store.names_complete;
  }
}

std::size_t Index::table_bytes() const {
  return store_.impl().numbers.bytes();
}

NumberTable::State Index::table_state() const {
  return store_.impl().numbers.state();
}

std::expected<ApplyResult, IndexError> Index::apply(ChangeBatch batch, const ApplyPolicy& policy, TimePoint now) {
  Store::Impl& store = store_.impl();
  const std::string source = batch.source;
  try {
    std::vector<RecordId> unlisted;
    if (batch.ends_listing && !batch.begins_listing) {
      unlisted = BatchWriter::unlisted(store, store.account_for_write(batch.account), batch.source);
    }
    const std::lock_guard lock(store.writer);
    BatchWriter writer(store, batch.account, batch.source, policy, now);
    return writer.apply(std::move(batch), unlisted);
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "apply changes of " + source));
  }
}

std::expected<ApplyResult, IndexError> Index::apply_within(std::chrono::milliseconds timeout, ChangeBatch batch,
                                                           const ApplyPolicy& policy, TimePoint now) {
  Store::Impl& store = store_.impl();
  const std::string source = batch.source;
  try {
    const std::unique_lock lock(store.writer, timeout);
    if (!lock) return std::unexpected(IndexError{IndexError::Kind::busy, "other changes are being written"});
    BatchWriter writer(store, batch.account, batch.source, policy, now);
    return writer.apply(std::move(batch), {});
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "apply changes of " + source));
  }
}

std::expected<void, IndexError> Index::sync() {
  const auto status = store_.impl().sync();
  if (!status.ok()) return std::unexpected(to_error(status, "sync the index"));
  return {};
}

std::expected<void, IndexError> Index::set_mode(const std::string& account, const std::string& source,
                                                SourceState::Mode mode, TimePoint now) {
  Store::Impl& store = store_.impl();
  const std::lock_guard lock(store.writer);
  try {
    BatchWriter(store, account, source, {}, now).set_mode(mode);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "switch " + source));
  }
}

std::expected<std::string, IndexError> Index::purge(const std::string& account, const std::string& source,
                                                    const std::string& from, std::size_t records_max, TimePoint now) {
  Store::Impl& store = store_.impl();
  const std::lock_guard lock(store.writer);
  try {
    return BatchWriter(store, account, source, {}, now).purge(from, records_max);
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "purge " + source));
  }
}

std::expected<ApplyResult, IndexError> Index::confirm_sweep(const std::string& account, const std::string& source,
                                                            TimePoint now) {
  Store::Impl& store = store_.impl();
  try {
    const auto unlisted = BatchWriter::unlisted(store, store.account_for_write(account), source);
    const std::lock_guard lock(store.writer);
    BatchWriter writer(store, account, source, {.sweep_guard_percent = 100}, now);
    return writer.confirm_sweep(unlisted);
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "confirm sweep of " + source));
  }
}

}  // namespace ringdex::index
