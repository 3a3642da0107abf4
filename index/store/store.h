#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "index/records/index_error.h"

namespace ringdex::index {

// The format of everything on disk. A store of a newer format is refused, an older one upgraded when opened.
inline constexpr std::uint32_t kFormatVersion = 1;

struct StoreOptions {
  std::string path;  // a folder, made if need be; its parent must exist
  std::size_t block_cache_bytes;
  std::size_t card_bytes_max;  // of the number table (number_table.h); what does not fit is answered by RocksDB
  std::uint64_t hash_key;      // of the number table: random
};

// The RocksDB behind Index, Inbox, Ledger and UsageLog: its column families, the account numbers, the one writer's lock
// and the snapshot that readers use. Safe from any thread.
class Store {
 public:
  static std::expected<std::unique_ptr<Store>, IndexError> open(const StoreOptions& options);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  struct Impl;  // store_impl.h
  Impl& impl() const { return *impl_; }

 private:
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringdex::index
