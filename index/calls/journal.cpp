#include "index/calls/journal.h"

#include <fmt/core.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "index/calls/journal_key.h"
#include "index/records/index_key.h"
#include "index/store/store_impl.h"

namespace ringdex::index {
namespace {

constexpr std::uint32_t kJournalFormat = 1;
constexpr std::size_t kWriteBufferBytes = 8 << 20;
constexpr std::size_t kBlockCacheBytes = 8 << 20;
constexpr std::uint64_t kLogBytesMax = 32 << 20;
constexpr std::size_t kInfoLogBytes = 4 << 20;
// Calls that one write forgets, so that a ring never waits for a long one.
constexpr std::size_t kForgottenAtOnce = 64;
constexpr std::chrono::milliseconds kForgettingPause{1};
// Dropping them one by one would fill the store with the marks of it.
constexpr std::uint64_t kEventsDroppedAtOnce = 1'000;

enum class Part : std::size_t { meta, calls, lists, picks, events };
constexpr std::array<const char*, 5> kPartNames{"default", "calls", "lists", "picks", "events"};

rocksdb::ColumnFamilyOptions part_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kWriteBufferBytes;
  options.compression = rocksdb::kLZ4Compression;
  // Most calls that are asked for before they are written are new.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.05;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

void put_text(std::string& out, std::string_view text) {
  out.append(key::u32(static_cast<std::uint32_t>(text.size()))).append(text);
}

std::string encode_event(const CallEvent& event) {
  std::string out = key::u64(static_cast<std::uint64_t>(event.at.time_since_epoch().count()));
  out += key::u32(static_cast<std::uint32_t>(event.agents.size()));
  for (const std::string& agent : event.agents) put_text(out, agent);
  put_text(out, event.type);
  put_text(out, event.data);
  return out;
}

// Takes the pieces of an event's bytes one by one; what is not there throws.
class EventBytes {
 public:
  explicit EventBytes(std::string_view bytes) : rest_(bytes) {}
  std::string_view take(std::size_t bytes) {
    if (bytes > rest_.size()) throw StoreFailure{rocksdb::Status::Corruption("event")};
    const std::string_view taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }
  std::uint32_t number() { return key::read_u32(take(sizeof(std::uint32_t))); }
  std::string_view text() { return take(number()); }
  TimePoint time() {
    return TimePoint(std::chrono::milliseconds(static_cast<std::int64_t>(key::read_u64(take(sizeof(std::uint64_t))))));
  }

 private:
  std::string_view rest_;
};

CallEvent decode_event(std::string_view bytes, std::uint64_t number) {
  EventBytes in(bytes);
  CallEvent event{.number = number, .at = in.time(), .type = {}, .agents = {}, .data = {}};
  for (std::uint32_t left = in.number(); left > 0; --left) event.agents.emplace_back(in.text());
  event.type = in.text();
  event.data = in.text();
  return event;
}

// Of an event's bytes; nobody's name: everybody.
bool concerns(std::string_view bytes, std::string_view agent) {
  if (agent.empty()) return true;
  EventBytes in(bytes);
  static_cast<void>(in.time());
  for (std::uint32_t left = in.number(); left > 0; --left) {
    if (in.text() == agent) return true;
  }
  return false;
}

}  // namespace

struct Journal::Impl {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> parts;
  JournalLimits limits;

  // Held by a writer from its first read to its commit.
  std::mutex writer;
  std::map<std::string, std::uint64_t, std::less<>> last_events;  // under `writer`, by account

  ~Impl() {
    if (!db) return;
    // The next start has no log to read. If it fails, the log is still there.
    static_cast<void>(db->Flush(rocksdb::FlushOptions(), parts));
    for (auto* handle : parts) db->DestroyColumnFamilyHandle(handle);
    db->Close();
  }

  rocksdb::ColumnFamilyHandle* part(Part which) const { return parts[static_cast<std::size_t>(which)]; }

  std::optional<std::string> get(Part which, const std::string& key) const {
    std::string value;
    const auto status = db->Get({}, part(which), key, &value);
    if (status.IsNotFound()) return std::nullopt;
    if (!status.ok()) throw StoreFailure{status};
    return value;
  }
  std::unique_ptr<rocksdb::Iterator> iterate(Part which, const rocksdb::ReadOptions& options = {}) const {
    return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(options, part(which)));
  }
  void write(rocksdb::WriteBatch& batch) {
    if (const auto status = db->Write({}, &batch); !status.ok()) throw StoreFailure{status};
  }

  std::optional<Call> call(const std::string& account, const std::string& id) const {
    const auto bytes = get(Part::calls, journal_key::call(account, id));
    if (!bytes) return std::nullopt;
    auto found = decode_call(*bytes, account, id);
    if (!found) throw StoreFailure{rocksdb::Status::Corruption("call " + id)};
    return found;
  }
  // Also one whose bytes are broken.
  void forget(const std::string& account, const std::string& id, rocksdb::WriteBatch& batch) const {
    const std::string key = journal_key::call(account, id);
    const auto forgotten = decode_call(get(Part::calls, key).value_or(""), account, id);
    if (forgotten) {
      for (const std::string& listing : journal_key::listings(*forgotten)) batch.Delete(part(Part::lists), listing);
    }
    batch.Delete(part(Part::calls), key);
  }
  std::uint64_t last_event(const std::string& account) const {
    return key::read_u64(get(Part::meta, journal_key::last_event(account)).value_or(""));
  }
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

std::expected<std::unique_ptr<Journal>, IndexError> Journal::open(const std::string& path, JournalLimits limits) {
  rocksdb::DBOptions options;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  options.keep_log_file_num = 3;
  options.max_log_file_size = kInfoLogBytes;
  options.max_total_wal_size = kLogBytesMax;
  options.avoid_flush_during_recovery = true;
  options.wal_bytes_per_sync = 1 << 20;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  const auto cache = rocksdb::NewLRUCache(kBlockCacheBytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (const char* name : kPartNames) descriptors.emplace_back(name, part_options(cache));
  auto impl = std::make_unique<Impl>();
  impl->limits = limits;
  rocksdb::DB* db = nullptr;
  const auto status = rocksdb::DB::Open(options, path, descriptors, &impl->parts, &db);
  if (!status.ok()) return std::unexpected(to_error(status, fmt::format("cannot open {}", path)));
  impl->db.reset(db);
  try {
    const auto stored = impl->get(Part::meta, "format");
    if (stored && key::read_u32(*stored) > kJournalFormat) {
      return std::unexpected(
          IndexError{IndexError::Kind::newer_format,
                     fmt::format("{} has format {}, this ringdex reads up to {}; install the newer version", path,
                                 key::read_u32(*stored), kJournalFormat)});
    }
    if (!stored) {
      rocksdb::WriteBatch batch;
      batch.Put(impl->part(Part::meta), "format", key::u32(kJournalFormat));
      impl->write(batch);
    }
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, fmt::format("cannot read {}", path)));
  }
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

JournalEntry::JournalEntry(const Call& call, const std::optional<CallEvent>& event,
                           const std::optional<NumberPicks>& number_picks)
    : account_(call.account), id_(call.id), call_(encode_call(call)), listings_(journal_key::listings(call)) {
  if (event) event_ = encode_event(*event);
  if (number_picks && call.number) {
    picks_.emplace(journal_key::picks(call.account, *call.number),
                   number_picks->empty() ? std::string() : encode_picks(*number_picks));
  }
}

std::expected<std::uint64_t, IndexError> Journal::write(const JournalEntry& entry) {
  Impl& impl = *impl_;
  const std::lock_guard lock(impl.writer);
  try {
    rocksdb::WriteBatch batch;
    const auto before = impl.call(entry.account_, entry.id_);
    const auto listed_before = before ? journal_key::listings(*before) : std::vector<std::string>();
    for (const std::string& key : listed_before) {
      if (!std::ranges::binary_search(entry.listings_, key)) batch.Delete(impl.part(Part::lists), key);
    }
    for (const std::string& key : entry.listings_) {
      if (!std::ranges::binary_search(listed_before, key)) batch.Put(impl.part(Part::lists), key, "");
    }
    batch.Put(impl.part(Part::calls), journal_key::call(entry.account_, entry.id_), entry.call_);
    if (entry.picks_) {
      const auto& [key, value] = *entry.picks_;
      if (value.empty()) {
        batch.Delete(impl.part(Part::picks), key);
      } else {
        batch.Put(impl.part(Part::picks), key, value);
      }
    }
    std::uint64_t number = 0;
    if (entry.event_) {
      const auto [last, fresh] = impl.last_events.try_emplace(entry.account_, 0);
      if (fresh) last->second = impl.last_event(entry.account_);
      number = last->second + 1;
      batch.Put(impl.part(Part::meta), journal_key::last_event(entry.account_), key::u64(number));
      batch.Put(impl.part(Part::events), journal_key::event(entry.account_, number), *entry.event_);
      if (number > impl.limits.events_max && number % kEventsDroppedAtOnce == 0) {
        batch.DeleteRange(impl.part(Part::events), journal_key::account(entry.account_),
                          journal_key::event(entry.account_, number - impl.limits.events_max));
      }
    }
    impl.write(batch);
    if (number != 0) impl.last_events[entry.account_] = number;
    return number;
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "write a call"));
  }
}

std::expected<void, IndexError> Journal::sync() {
  const auto status = impl_->db->SyncWAL();
  if (!status.ok()) return std::unexpected(to_error(status, "sync the journal"));
  return {};
}

std::expected<std::optional<Call>, IndexError> Journal::get(const std::string& account, const std::string& id) const {
  try {
    return impl_->call(account, id);
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "read a call"));
  }
}

std::expected<std::vector<Call>, IndexError> Journal::list(const std::string& account, const CallQuery& query) const {
  std::vector<std::string> lists;
  if (query.number) lists.push_back(journal_key::calls_of(account, *query.number));
  if (!query.agent.empty()) lists.push_back(journal_key::calls_of_agent(account, query.agent));
  for (const RecordId& record : query.records) lists.push_back(journal_key::calls_of(account, record));
  if (lists.empty()) lists.push_back(journal_key::all_calls(account));

  // The newest of each list, then the newest of those.
  std::vector<std::pair<TimePoint, std::string>> found;
  std::vector<Call> calls;
  try {
    for (const std::string& list : lists) {
      const auto it = impl_->iterate(Part::lists);
      std::string from = journal_key::listed(list, query.until.value_or(TimePoint::max()), "");
      if (query.behind) from = std::min(from, journal_key::listed(list, query.behind->first, query.behind->second));
      std::size_t taken = 0;
      for (it->SeekForPrev(from); it->Valid() && it->key().starts_with(list) && taken < query.calls_max; it->Prev()) {
        auto named = journal_key::listed_call(it->key().ToStringView(), list.size());
        if (!named || (query.behind && *named >= *query.behind) || (query.until && named->first >= *query.until))
          continue;
        if (query.since && named->first < *query.since) break;
        found.push_back(*std::move(named));
        ++taken;
      }
      if (!it->status().ok()) throw StoreFailure{it->status()};
    }
    std::ranges::sort(found, std::greater());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (found.size() > query.calls_max) found.resize(query.calls_max);
    for (const auto& [time, id] : found) {
      // One that is broken does not hide the others.
      auto call = decode_call(impl_->get(Part::calls, journal_key::call(account, id)).value_or(""), account, id);
      if (call) calls.push_back(*std::move(call));
    }
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "list calls"));
  }
  return calls;
}

std::expected<void, IndexError> Journal::visit_picks(const PicksVisitor& visitor) const {
  const auto it = impl_->iterate(Part::picks);
  for (it->SeekToFirst(); it->Valid(); it->Next()) {
    const auto named = journal_key::picked_number(it->key().ToStringView());
    auto picks = decode_picks(it->value().ToStringView());
    if (named && picks) visitor(named->first, named->second, *std::move(picks));
  }
  if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read remembered picks"));
  return {};
}

std::expected<EventsSince, IndexError> Journal::events_since(const std::string& account, const std::string& agent,
                                                             std::optional<std::uint64_t> after,
                                                             std::size_t events_max) const {
  EventsSince since;
  try {
    since.newest = impl_->last_event(account);
    if (!after || *after >= since.newest) return since;
    since.too_many = since.newest - *after > impl_->limits.events_searched_max;
    if (since.too_many) return since;
    const std::string prefix = journal_key::account(account);
    const auto it = impl_->iterate(Part::events);
    // They are numbered without gaps, so what is missing was forgotten.
    std::uint64_t expected = *after + 1;
    it->Seek(journal_key::event(account, expected));
    for (; expected <= since.newest && !since.forgotten && !since.too_many; it->Next(), ++expected) {
      if (!it->status().ok()) throw StoreFailure{it->status()};
      const std::uint64_t number = it->Valid() && it->key().starts_with(prefix)
                                       ? key::read_u64(it->key().ToStringView().substr(prefix.size()))
                                       : 0;
      since.forgotten = number != expected;
      if (since.forgotten) break;
      const std::string_view bytes = it->value().ToStringView();
      if (!concerns(bytes, agent)) continue;
      since.too_many = since.events.size() == events_max;
      if (!since.too_many) since.events.push_back(decode_event(bytes, number));
    }
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "read events"));
  }
  return since;
}

std::expected<std::vector<std::string>, IndexError> Journal::accounts() const {
  std::set<std::string> found;
  for (const Part part : {Part::lists, Part::picks, Part::events}) {
    const auto it = impl_->iterate(part);
    for (it->SeekToFirst(); it->Valid();) {
      const std::string account(it->key().ToStringView().substr(0, it->key().ToStringView().find('\0')));
      found.insert(account);
      it->Seek(key::after_prefix(journal_key::account(account)));
    }
    if (!it->status().ok()) return std::unexpected(to_error(it->status(), "read the journal's accounts"));
  }
  return std::vector<std::string>(found.begin(), found.end());
}

std::expected<std::uint64_t, IndexError> Journal::forget_calls(const std::string& account, TimePoint before,
                                                               const std::stop_token& stopping) {
  Impl& impl = *impl_;
  const std::string list = journal_key::all_calls(account);
  std::uint64_t forgotten = 0;
  try {
    // One iterator for all, since each new one would walk over what was deleted before.
    const auto it = impl.iterate(Part::lists);
    it->Seek(list);
    for (bool done = false; !done && !stopping.stop_requested(); std::this_thread::sleep_for(kForgettingPause)) {
      const std::lock_guard lock(impl.writer);
      rocksdb::WriteBatch batch;
      for (std::size_t taken = 0; taken < kForgottenAtOnce; ++taken, it->Next()) {
        done = !it->Valid() || !it->key().starts_with(list);
        if (done) break;
        const auto named = journal_key::listed_call(it->key().ToStringView(), list.size());
        if (!named) throw StoreFailure{rocksdb::Status::Corruption("list of calls")};
        done = named->first >= before;
        if (done) break;
        impl.forget(account, named->second, batch);
        batch.Delete(impl.part(Part::lists), it->key());
        ++forgotten;
      }
      if (!it->status().ok()) throw StoreFailure{it->status()};
      impl.write(batch);
    }
    return forgotten;
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "forget calls"));
  }
}

std::expected<void, IndexError> Journal::forget_events(const std::string& account, TimePoint before) {
  Impl& impl = *impl_;
  const std::string prefix = journal_key::account(account);
  try {
    const auto it = impl.iterate(Part::events);
    std::optional<std::uint64_t> last;
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      const std::uint64_t number = key::read_u64(it->key().ToStringView().substr(prefix.size()));
      if (EventBytes(it->value().ToStringView()).time() >= before) break;
      last = number;
    }
    if (!it->status().ok()) throw StoreFailure{it->status()};
    if (!last) return {};
    rocksdb::WriteBatch batch;
    batch.DeleteRange(impl.part(Part::events), prefix, journal_key::event(account, *last + 1));
    impl.write(batch);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "forget events"));
  }
}

std::expected<void, IndexError> Journal::forget_picks(const std::string& account, TimePoint before,
                                                      const std::stop_token& stopping) {
  Impl& impl = *impl_;
  const std::string prefix = journal_key::account(account);
  const auto is_old = [&](std::string_view bytes) {
    const auto picks = decode_picks(bytes);
    return !picks || picks->empty() || picks->back().at < before;
  };
  try {
    const auto it = impl.iterate(Part::picks);
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix) && !stopping.stop_requested(); it->Next()) {
      if (!is_old(it->value().ToStringView())) continue;
      const std::lock_guard lock(impl.writer);
      // There may be a new one by now.
      if (!is_old(impl.get(Part::picks, it->key().ToString()).value_or(""))) continue;
      rocksdb::WriteBatch batch;
      batch.Delete(impl.part(Part::picks), it->key());
      impl.write(batch);
    }
    if (!it->status().ok()) throw StoreFailure{it->status()};
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "forget picks"));
  }
}

}  // namespace ringdex::index
