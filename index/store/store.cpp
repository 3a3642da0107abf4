#include "index/store/store.h"

#include <fmt/core.h>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>

#include <array>

#include "index/records/name_words.h"
#include "index/records/source_state.h"
#include "index/store/store_impl.h"

namespace ringdex::index {
namespace {

constexpr std::array<const char*, kFamilies> kFamilyNames = {
    "default", "records", "numbers", "organizations", "members", "aliases", "listed",   "sources",
    "inbox",   "runs",    "rejects", "dependents",    "counts",  "names",   "webhooks", "usage"};
constexpr std::size_t kWriteBufferBytes = 32 << 20;
// Numbers and names come in no order: their memtables are small enough for the processor's cache, and flushed together.
constexpr std::size_t kScatteredWriteBufferBytes = 2 << 20;
constexpr int kScatteredWriteBuffersFlushed = 8;
constexpr int kScatteredWriteBuffersMax = 3 * kScatteredWriteBuffersFlushed;
constexpr int kScatteredFilesMax = 12;
constexpr std::size_t kAllWriteBuffersBytes = 128 << 20;
constexpr std::size_t kBlockBytes = 16 << 10;
// Background writes leave the disk to the log, on which a webhook's answer waits.
constexpr std::int64_t kBackgroundBytesPerSecond = 100 << 20;
constexpr std::size_t kInfoLogBytes = 4 << 20;
constexpr int kOpenFilesMax = 512;
// What is read again after a crash, which takes about a second; RocksDB's own bound would be 2.8 GB.
constexpr std::uint64_t kLogBytesMax = 32 << 20;

rocksdb::ColumnFamilyOptions family_options(Family which, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = kBlockBytes;
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  table.cache_index_and_filter_blocks = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  // Names are only walked through.
  if (which == Family::names) table.filter_policy.reset();
  rocksdb::ColumnFamilyOptions options;
  options.write_buffer_size = kWriteBufferBytes;
  options.compression = rocksdb::kLZ4Compression;
  options.bottommost_compression = rocksdb::kZSTD;
  options.level_compaction_dynamic_level_bytes = true;
  if (which == Family::numbers) {
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(key::kNumberPrefixBytes));
    options.memtable_prefix_bloom_size_ratio = 0.1;
  }
  if (which == Family::records) {
    // Most records that a page brings are new, which the filter knows without a search.
    options.memtable_whole_key_filtering = true;
    options.memtable_prefix_bloom_size_ratio = 0.1;
  }
  if (which == Family::numbers || which == Family::names) {
    options.write_buffer_size = kScatteredWriteBufferBytes;
    options.min_write_buffer_number_to_merge = kScatteredWriteBuffersFlushed;
    options.max_write_buffer_number = kScatteredWriteBuffersMax;
    // A first copy is not held up by merging what it has just written.
    options.level0_file_num_compaction_trigger = kScatteredFilesMax;
    // A batch brings its keys in order: the place of each is looked for from that of the one before. Not for families
    // whose ranges are deleted, since those go into a list of their own, under the same hint.
    options.memtable_insert_with_hint_prefix_extractor.reset(
        rocksdb::NewFixedPrefixTransform(sizeof(key::AccountNumber)));
  }
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return options;
}

}  // namespace

IndexError to_error(const rocksdb::Status& status, std::string_view what) {
  const std::string message = fmt::format("{}: {}", what, status.ToString());
  if (status.IsCorruption()) return {IndexError::Kind::corruption, message};
  // RocksDB reports a held LOCK file as an I/O error: the first text for another process, the second for this one.
  const bool held = message.find("While lock file") != std::string::npos ||
                    message.find("lock hold by current process") != std::string::npos;
  if (status.IsBusy() || held) {
    return {IndexError::Kind::busy, message + " (is another ringdex running on this data folder?)"};
  }
  return {IndexError::Kind::io, message};
}

std::expected<std::unique_ptr<Store>, IndexError> Store::open(const StoreOptions& options) {
  rocksdb::DBOptions db_options;
  db_options.create_if_missing = true;
  db_options.create_missing_column_families = true;
  db_options.max_open_files = kOpenFilesMax;
  db_options.info_log_level = rocksdb::InfoLogLevel::WARN_LEVEL;
  db_options.keep_log_file_num = 3;
  db_options.max_log_file_size = kInfoLogBytes;
  db_options.max_background_jobs = 2;
  db_options.db_write_buffer_size = kAllWriteBuffersBytes;
  db_options.rate_limiter.reset(rocksdb::NewGenericRateLimiter(kBackgroundBytesPerSecond));
  for (const auto pool : {rocksdb::Env::LOW, rocksdb::Env::HIGH}) {
    db_options.env->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow);
  }
  db_options.max_total_wal_size = kLogBytesMax;
  db_options.avoid_flush_during_recovery = true;
  db_options.bytes_per_sync = 1 << 20;
  // A torn last record is what a killed process leaves; anything else in the log is corruption and must be seen.
  db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;

  const auto cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  for (std::size_t which = 0; which < kFamilies; ++which) {
    descriptors.emplace_back(kFamilyNames[which], family_options(static_cast<Family>(which), cache));
  }
  auto impl = std::make_unique<Impl>(options);
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(db_options, options.path, descriptors, &impl->families, &db);
  if (!status.ok()) {
    // A newer format may have column families that this version does not name.
    if (status.IsInvalidArgument() && status.ToString().find("Column families not opened") != std::string::npos) {
      return std::unexpected(
          IndexError{IndexError::Kind::newer_format,
                     fmt::format("{} was written by a newer ringdex ({}); install that version or restore a backup",
                                 options.path, status.ToString())});
    }
    return std::unexpected(to_error(status, fmt::format("cannot open {}", options.path)));
  }
  impl->db.reset(db);
  try {
    const auto stored = impl->get(Family::meta, "format");
    if (stored && key::read_u32(*stored) > kFormatVersion) {
      return std::unexpected(IndexError{
          IndexError::Kind::newer_format,
          fmt::format("{} has format {}, this ringdex reads up to {}; install the newer version or restore a backup",
                      options.path, key::read_u32(*stored), kFormatVersion)});
    }
    impl->prepare();
  } catch (const StoreFailure& failure) {
    return std::unexpected(to_error(failure.status, fmt::format("cannot read {}", options.path)));
  }
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Snapshot::Snapshot(rocksdb::DB& opened, std::uint64_t read_position,
                   std::shared_ptr<const Checkpoints> read_checkpoints)
    : db(opened), handle(opened.GetSnapshot()), position(read_position), checkpoints(std::move(read_checkpoints)) {}

Snapshot::~Snapshot() {
  db.ReleaseSnapshot(handle);
}

Store::Impl::Impl(const StoreOptions& options) : numbers(pins, options.card_bytes_max, options.hash_key) {}

Store::Impl::~Impl() {
  pins.drain();
  delete snapshot_.load();
  if (!db) return;
  // The next start has no log to read. If it fails, the log is still there.
  static_cast<void>(db->Flush(rocksdb::FlushOptions(), families));
  for (auto* handle : families) db->DestroyColumnFamilyHandle(handle);
  db->Close();
}

std::optional<std::string> Store::Impl::get(Family which, std::string_view key, const rocksdb::Snapshot* at) const {
  rocksdb::ReadOptions options;
  options.snapshot = at;
  std::string value;
  const auto status = db->Get(options, family(which), rocksdb::Slice(key.data(), key.size()), &value);
  if (status.IsNotFound()) return std::nullopt;
  if (!status.ok()) throw StoreFailure{status};
  return value;
}

std::optional<Entry> Store::Impl::entry(key::AccountNumber account, const RecordId& id,
                                        const rocksdb::Snapshot* at) const {
  const auto bytes = get(Family::records, key::record(account, id), at);
  if (!bytes) return std::nullopt;
  auto decoded = decode_entry(*bytes, id);
  if (!decoded) throw StoreFailure{rocksdb::Status::Corruption("record " + id.to_string())};
  return decoded;
}

std::unique_ptr<rocksdb::Iterator> Store::Impl::iterate(Family which, const ReadOptions& options) const {
  rocksdb::ReadOptions all;
  all.snapshot = options.snapshot;
  all.iterate_upper_bound = options.iterate_upper_bound;
  all.fill_cache = options.fill_cache;
  all.prefix_same_as_start = options.prefix_same_as_start;
  all.total_order_seek = options.total_order_seek;
  return std::unique_ptr<rocksdb::Iterator>(db->NewIterator(all, family(which)));
}

void Store::Impl::write(rocksdb::WriteBatch& batch, bool durable) {
  rocksdb::WriteOptions options;
  options.sync = durable;
  const auto status = db->Write(options, &batch);
  if (!status.ok()) throw StoreFailure{status};
}

rocksdb::Status Store::Impl::sync() {
  return db->SyncWAL();
}

std::optional<key::AccountNumber> Store::Impl::account(std::string_view name) const {
  const Accounts& accounts = *accounts_.load();
  const auto found = accounts.find(name);
  if (found == accounts.end()) return std::nullopt;
  return found->second;
}

key::AccountNumber Store::Impl::account_for_write(std::string_view name) {
  if (const auto known = account(name)) return *known;
  const std::lock_guard adding(account_adding_);
  if (const auto known = account(name)) return *known;
  Accounts more = *accounts_.load();
  const auto number = static_cast<key::AccountNumber>(more.size() + 1);
  rocksdb::WriteBatch batch;
  batch.Put(family(Family::meta), key::account(name), key::u32(number));
  write(batch, true);
  more.emplace(std::string(name), number);
  set_accounts(std::move(more));
  return number;
}

void Store::Impl::set_accounts(Accounts accounts) {
  account_lists_.push_back(std::make_unique<const Accounts>(std::move(accounts)));
  accounts_.store(account_lists_.back().get());
}

void Store::Impl::publish(std::uint64_t position, std::shared_ptr<const Checkpoints> checkpoints) {
  auto fresh = std::make_unique<const Snapshot>(*db, position, std::move(checkpoints));
  const Snapshot* old = snapshot_.exchange(fresh.release());
  if (old != nullptr) pins.retire([old] { delete old; });
}

void Store::Impl::prepare() {
  if (!get(Family::meta, "format")) {
    rocksdb::WriteBatch batch;
    batch.Put(family(Family::meta), "format", key::u32(kFormatVersion));
    write(batch, true);
  }
  const std::string prefix = key::account("");
  Accounts accounts;
  const auto names = iterate(Family::meta, {});
  for (names->Seek(prefix); names->Valid() && names->key().starts_with(prefix); names->Next()) {
    accounts.emplace(names->key().ToString().substr(prefix.size()), key::read_u32(names->value().ToString()));
  }
  if (!names->status().ok()) throw StoreFailure{names->status()};
  set_accounts(std::move(accounts));
  auto checkpoints = std::make_shared<Checkpoints>();
  const auto sources = iterate(Family::sources, {});
  for (sources->SeekToFirst(); sources->Valid(); sources->Next()) {
    const auto state = decode_source_state(sources->value().ToStringView());
    const auto named = key::source_name(sources->key().ToStringView());
    if (!state || !named) throw StoreFailure{rocksdb::Status::Corruption("state of a source")};
    (*checkpoints)[named->first][named->second] = state->checkpoint_at;
  }
  if (!sources->status().ok()) throw StoreFailure{sources->status()};
  publish(key::read_u64(get(Family::meta, "position").value_or("")), std::move(checkpoints));
  const auto records = iterate(Family::records, {});
  records->SeekToFirst();
  if (!records->status().ok()) throw StoreFailure{records->status()};
  names_complete = key::read_u32(get(Family::meta, "names").value_or("")) == kNameWordsVersion;
  if (records->Valid()) return;
  numbers.complete();
  if (names_complete) return;
  rocksdb::WriteBatch batch;
  batch.Put(family(Family::meta), "names", key::u32(kNameWordsVersion));
  write(batch, true);
  names_complete = true;
}

}  // namespace ringdex::index
