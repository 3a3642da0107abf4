#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index/change_batch.h"
#include "index/record_codec.h"
#include "index/source_state.h"
#include "index/store_impl.h"

namespace ringdex::index {

// Turns one ChangeBatch into one RocksDB write. Works on copies of the entries that the batch touches and writes the
// difference at the end, so that a record named twice, or changed and deleted in one batch, comes out right. Used by
// the one writer under its lock, once; throws StoreFailure.
class BatchWriter {
 public:
  BatchWriter(Store::Impl& store, const std::string& account, const std::string& source, const ApplyPolicy& policy,
              TimePoint now);

  ApplyResult apply(ChangeBatch batch);
  ApplyResult confirm_sweep();

 private:
  struct Touched {
    std::optional<Entry> before;
    std::optional<Entry> after;
  };

  Touched& touch(const RecordId& id);
  void rename(const OrganizationName& organization);
  std::string organization_name(const std::string& id);
  void upsert(Record next);
  void erase(const Deletion& deletion);
  void begin_listing();
  void end_listing();
  std::vector<RecordId> unlisted() const;
  void sweep(const std::vector<RecordId>& gone);

  void write_changes();
  void write_record(const RecordId& id, const Touched& touched);
  void commit(bool durable);
  void update_table();

  Store::Impl& store_;
  const key::AccountNumber account_;
  const std::string source_;
  const ApplyPolicy policy_;
  const TimePoint now_;

  SourceState state_;
  std::map<RecordId, Touched> touched_;
  std::map<std::string, std::string> organizations_;         // read or changed by this batch
  std::set<RecordId> listed_now_;                            // what this batch shows of a running listing
  bool begins_here_ = false;                                 // the listing began in this batch
  std::vector<std::pair<std::string, bool>> number_writes_;  // key of `numbers`, and whether it is put or deleted
  rocksdb::WriteBatch writes_;
  ApplyResult result_;
};

}  // namespace ringdex::index
