#pragma once

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "index/index_key.h"
#include "index/store.h"

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
};
inline constexpr std::size_t kFamilies = 11;

// When each source's checkpoint last moved, by account and source.
using Checkpoints = std::map<key::AccountNumber, std::map<std::string, TimePoint>>;

// What all reads of one lookup see. Released when the last reader lets go.
struct Snapshot {
  Snapshot(rocksdb::DB& opened, std::uint64_t read_position, std::shared_ptr<const Checkpoints> read_checkpoints)
      : db(opened), handle(opened.GetSnapshot()), position(read_position), checkpoints(std::move(read_checkpoints)) {}
  ~Snapshot() { db.ReleaseSnapshot(handle); }
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

struct Store::Impl {
  // Fixed once open.
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> families;

  // Held by the one writer from its first read to its commit.
  std::mutex writer;

  ~Impl();

  rocksdb::ColumnFamilyHandle* family(Family which) const { return families[static_cast<std::size_t>(which)]; }
  // The value, nothing if there is none; throws StoreFailure.
  std::optional<std::string> get(Family which, std::string_view key, const rocksdb::Snapshot* at = nullptr) const;
  std::unique_ptr<rocksdb::Iterator> iterate(Family which, const rocksdb::ReadOptions& options) const;
  // Throws StoreFailure. `durable` syncs the WAL before it returns.
  void write(rocksdb::WriteBatch& batch, bool durable);

  // The account's number; nothing if no write has named the account yet.
  std::optional<key::AccountNumber> account(std::string_view name) const;
  // The same, giving the account a number if it has none.
  key::AccountNumber account_for_write(std::string_view name);

  // Readers take the snapshot of the last committed batch.
  std::shared_ptr<const Snapshot> snapshot() const;
  void publish(std::uint64_t position, std::shared_ptr<const Checkpoints> checkpoints);

  void prepare();  // after opening: format, accounts, first snapshot

 private:
  std::mutex account_adding_;                 // held by the one that adds an account; readers never wait for its disk
  mutable std::shared_mutex accounts_mutex_;  // written only with account_adding_ held
  std::map<std::string, key::AccountNumber, std::less<>> accounts_;
  mutable std::mutex snapshot_mutex_;
  std::shared_ptr<const Snapshot> snapshot_;
};

}  // namespace ringdex::index
