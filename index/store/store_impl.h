#pragma once

#include <rocksdb/iterator.h>
#include <rocksdb/status.h>
#include <rocksdb/write_batch.h>

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/index_key.h"
#include "index/records/record_codec.h"
#include "index/store/store.h"
#include "index/table/number_table.h"
#include "index/table/read_pins.h"

namespace rocksdb {
class ColumnFamilyHandle;
class DB;
class Snapshot;
}  // namespace rocksdb

namespace ringdex::index {

enum class Family : std::size_t {
  meta,
  records,
  numbers,
  organizations,
  members,
  aliases,
  listed,
  sources,
  inbox,
  runs,
  rejects,
  dependents,
  counts,
  names,
  webhooks,
  usage,
};
inline constexpr std::size_t kFamilies = 16;

// When each source's checkpoint last moved, by account and source.
using Checkpoints = std::map<key::AccountNumber, std::map<std::string, TimePoint, std::less<>>>;

// What all reads of one lookup see. Kept by the readers' pins.
struct Snapshot {
  Snapshot(rocksdb::DB& opened, std::uint64_t read_position, std::shared_ptr<const Checkpoints> read_checkpoints);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  rocksdb::DB& db;
  const rocksdb::Snapshot* const handle;
  const std::uint64_t position;
  const std::shared_ptr<const Checkpoints> checkpoints;
};

// A failed RocksDB call inside index/; turned into an IndexError before it leaves the folder.
struct StoreFailure {
  rocksdb::Status status;
};
IndexError to_error(const rocksdb::Status& status, std::string_view what);

// How an iterator reads: those of RocksDB's options that are used here, since its own header is slow to compile.
struct ReadOptions {
  const rocksdb::Snapshot* snapshot = nullptr;
  const rocksdb::Slice* iterate_upper_bound = nullptr;
  bool fill_cache = true;
  bool prefix_same_as_start = false;
  bool total_order_seek = false;
};

struct Store::Impl {
  // Fixed once open.
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;

  ReadPins pins;
  NumberTable numbers;

  // Held by the one writer from its first read to its commit.
  std::timed_mutex writer;
  // Under `writer`: while the table is loading or the names are not all there, the records with smaller keys are done.
  std::string loaded_below;
  // Under `writer`: all records are in `names`. Not so in a store that was written before there were any.
  bool names_complete = false;
  // Under `writer`: how many settled events are kept, by the beginning of their keys, where that was counted.
  std::map<std::string, std::size_t> settled_kept;

  explicit Impl(const StoreOptions& options);
  ~Impl();

  rocksdb::ColumnFamilyHandle* family(Family which) const { return families[static_cast<std::size_t>(which)]; }
  // The value, nothing if there is none; throws StoreFailure.
  std::optional<std::string> get(Family which, std::string_view key, const rocksdb::Snapshot* at = nullptr) const;
  // The same of a record's entry.
  std::optional<Entry> entry(key::AccountNumber account, const RecordId& id,
                             const rocksdb::Snapshot* at = nullptr) const;
  std::unique_ptr<rocksdb::Iterator> iterate(Family which, const ReadOptions& options) const;
  // Throws StoreFailure. `durable` syncs the WAL before it returns.
  void write(rocksdb::WriteBatch& batch, bool durable);
  // What was written until now outlives a loss of power.
  rocksdb::Status sync();

  // The account's number; nothing if no write has named the account yet. Takes no lock.
  std::optional<key::AccountNumber> account(std::string_view name) const;
  // The same, giving the account a number if it has none.
  key::AccountNumber account_for_write(std::string_view name);

  // The last committed batch's. For readers that are pinned, and for the writer.
  const Snapshot& snapshot() const { return *snapshot_.load(); }
  // By the writer.
  void publish(std::uint64_t position, std::shared_ptr<const Checkpoints> checkpoints);

  void prepare();  // after opening: format, accounts, first snapshot

 private:
  using Accounts = std::map<std::string, key::AccountNumber, std::less<>>;
  std::mutex account_adding_;
  std::vector<std::unique_ptr<const Accounts>> account_lists_;  // all that ever were, since readers may hold any
  std::atomic<const Accounts*> accounts_{nullptr};
  std::atomic<const Snapshot*> snapshot_{nullptr};

  void set_accounts(Accounts accounts);  // under account_adding_
};

}  // namespace ringdex::index
