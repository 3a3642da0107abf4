#pragma once

#include <expected>
#include <memory>
#include <string>

#include "config/config.h"
#include "index/calls/journal.h"
#include "index/history/inbox.h"
#include "index/history/ledger.h"
#include "index/index.h"
#include "index/store/store.h"
#include "server/doors/lookup_usage.h"

namespace ringdex::server {

// What is kept on disk, all in data_dir.
struct Storage {
  Storage(std::unique_ptr<index::Store> opened, std::unique_ptr<index::Journal> opened_journal, index::TimePoint now);

  std::unique_ptr<index::Store> store;      // RocksDB, and what it keeps in memory
  std::unique_ptr<index::Journal> journal;  // calls and picks: a database of its own, which nothing else can make anew
  index::Index index;                       // the mirrored records
  index::Inbox inbox;                       // webhook events that were accepted, to be applied
  index::Ledger ledger;                     // what each run of a source did
  LookupUsage usage;                        // how many lookups each account makes
};

// Makes data_dir if there is none. `hash_key` is random. An error is for people.
std::expected<std::unique_ptr<Storage>, std::string> open_storage(const config::Config& config, std::uint64_t hash_key,
                                                                  index::TimePoint now);

}  // namespace ringdex::server
