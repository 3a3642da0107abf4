#include "index/journal.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>

#include "index/index_key.h"
#include "index/journal_key.h"
#include "index/store_impl.h"

namespace ringdex::index {
namespace {

constexpr std::uint32_t kJournalFormat = 1;
constexpr std::size_t kWriteBufferBytes = 8 << 20;
constexpr std::size_t kBlockCacheBytes = 8 << 20;
constexpr std::uint64_t kLogBytesMax = 32 << 20;
constexpr std::size_t kInfoLogBytes = 4 << 20;
// Calls that one write forgets, so that a ring never waits for a long one.
constexpr std::size_t kForgottenAtOnce = 256;

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

std::string encode_event(const CallEvent& event) {
  const nlohmann::json out = {{"at", event.at.time_since_epoch().count()},
                              {"type", event.type},
                              {"agents", event.agents},
                              {"data", event.data}};
  return out.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::optional<CallEvent> decode_event(std::string_view bytes, std::uint64_t number) {
  const auto in = nlohmann::json::parse(bytes, nullptr, false);
  if (!in.is_object()) return std::nullopt;
  try {
    return CallEvent{number, TimePoint(std::chrono::milliseconds(in.at("at").get<std::int64_t>())),
                     in.at("type").get<std::string>(), in.at("agents").get<std::vector<std::string>>(),
                     in.at("data").get<std::string>()};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

bool concerns(const CallEvent& event, const std::string& agent) {
  return agent.empty() || std::ranges::find(event.agents, agent) != event.agents.end();
}

}  // namespace

struct Journal::Impl {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> parts;

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
  std::uint64_t last_event(const std::string& account) const {
    return key::read_u64(get(Part::meta, journal_key::last_event(account)).value_or(""));
  }
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

std::expected<std::unique_ptr<Journal>, IndexError> Journal::open(const std::string& path) {
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
      if (auto call = impl_->call(account, id)) calls.push_back(*std::move(call));
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
    if (!named || !picks) {
      return std::unexpected(to_error(rocksdb::Status::Corruption("remembered picks"), "read the journal"));
    }
    visitor(named->first, named->second, *std::move(picks));
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
      auto event = decode_event(it->value().ToStringView(), number);
      if (!event) throw StoreFailure{rocksdb::Status::Corruption("event")};
      if (!concerns(*event, agent)) continue;
      since.too_many = since.events.size() == events_max;
      if (!since.too_many) since.events.push_back(*std::move(event));
    }
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "read events"));
  }
  return since;
}

std::expected<std::uint64_t, IndexError> Journal::forget_calls(const std::string& account, TimePoint before) {
  Impl& impl = *impl_;
  const std::string list = journal_key::all_calls(account);
  std::uint64_t forgotten = 0;
  try {
    while (true) {
      const std::lock_guard lock(impl.writer);
      rocksdb::WriteBatch batch;
      std::size_t taken = 0;
      const auto it = impl.iterate(Part::lists);
      for (it->Seek(list); it->Valid() && it->key().starts_with(list) && taken < kForgottenAtOnce; it->Next()) {
        const auto named = journal_key::listed_call(it->key().ToStringView(), list.size());
        if (!named) throw StoreFailure{rocksdb::Status::Corruption("list of calls")};
        if (named->first >= before) break;
        batch.Delete(impl.part(Part::lists), it->key());
        if (const auto call = impl.call(account, named->second)) {
          for (const std::string& key : journal_key::listings(*call)) batch.Delete(impl.part(Part::lists), key);
          batch.Delete(impl.part(Part::calls), journal_key::call(account, named->second));
        }
        ++taken;
      }
      if (!it->status().ok()) throw StoreFailure{it->status()};
      if (taken == 0) return forgotten;
      impl.write(batch);
      forgotten += taken;
    }
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
      const auto event = decode_event(it->value().ToStringView(), number);
      if (event && event->at >= before) break;
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

std::expected<void, IndexError> Journal::forget_picks(const std::string& account, TimePoint before) {
  Impl& impl = *impl_;
  const std::string prefix = journal_key::account(account);
  try {
    const std::lock_guard lock(impl.writer);
    rocksdb::WriteBatch batch;
    const auto it = impl.iterate(Part::picks);
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      const auto picks = decode_picks(it->value().ToStringView());
      if (!picks || picks->empty() || picks->back().at < before) batch.Delete(impl.part(Part::picks), it->key());
    }
    if (!it->status().ok()) throw StoreFailure{it->status()};
    impl.write(batch);
    return {};
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, "forget picks"));
  }
}

}  // namespace ringdex::index
