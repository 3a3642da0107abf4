#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index/records/change_batch.h"
#include "index/records/record_codec.h"
#include "index/records/source_state.h"
#include "index/store/store_impl.h"
#include "index/writes/name_writes.h"

namespace ringdex::index {

// Turns one ChangeBatch into one RocksDB write. Works on copies of the entries that the batch touches and writes the
// difference at the end, so that a record named twice, or changed and deleted in one batch, comes out right. Used by
// the one writer under its lock, once; throws StoreFailure.
class BatchWriter {
 public:
  BatchWriter(Store::Impl& store, const std::string& account, const std::string& source, const ApplyPolicy& policy,
              TimePoint now);

  // Records that are there and that the running listing has not shown, as far as can be told without the lock: what a
  // batch that ends the listing is given, so that the writer holds up others no longer than need be. Marks on disk that
  // are an earlier listing's show nobody.
  enum class Marks { count, are_old };
  static std::vector<RecordId> unlisted(const Store::Impl& store, key::AccountNumber account, const std::string& source,
                                        Marks marks = Marks::count);

  ApplyResult apply(ChangeBatch batch, const std::vector<RecordId>& unlisted_before);
  ApplyResult confirm_sweep(const std::vector<RecordId>& unlisted_before);
  void set_mode(SourceState::Mode mode);
  // Forgets up to `records_max` entries of the source from that key on, and where its pages start. Gives the key to go
  // on from, empty when nothing is left. Only of a source that is disabled.
  std::string purge(const std::string& from, std::size_t records_max);

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
  void drop_marks();
  void begin_listing();
  void end_listing(const std::vector<RecordId>& unlisted_before);
  std::vector<RecordId> still_unlisted(const std::vector<RecordId>& candidates);
  void sweep(const std::vector<RecordId>& gone);

  // The live record of that id, or of the one it was merged into.
  const Record* person(const std::string& person_id);
  void borrow(Record& record);
  // Records that have the name of one that this batch changed are changed with it.
  void follow_persons();
  struct Dependent {
    RecordId id;
    const RecordId* cause;  // whose change it follows; a key of touched_
  };
  void add_dependents(const RecordId& person, const RecordId* cause, rocksdb::Iterator& it,
                      std::vector<Dependent>& dependents) const;
  void add_losers(rocksdb::Iterator& it, std::vector<RecordId>& persons) const;

  // Local records (batch_local.cpp).
  void number_local_records(ChangeBatch& batch);
  std::unique_ptr<rocksdb::Iterator> holders() const;
  bool is_held(const ChangeBatch& batch);
  bool has_lost_local(const ChangeBatch& batch);
  void local_records_give_way();
  void give_way(telephony::PhoneNumber number, const RecordId& to);

  // Webhook events (batch_events.cpp).
  void erase_for_event(const Deletion& deletion);
  void credit(const RecordId& cause, const EventChanges& before);
  void settle_events(const std::vector<EventDone>& events);
  SettledEvent settled(const EventDone& event) const;

  void count_added();
  void count_deleted();
  void count_changes();

  void write_changes();
  void write_record(const RecordId& id, const Touched& touched);
  void commit(bool durable);
  void update_table();

  Store::Impl& store_;
  const key::AccountNumber account_;
  const std::string source_;
  const ApplyPolicy policy_;
  const TimePoint now_;

  SourceState read_state(const std::string& source) const;

  SourceState state_;
  std::optional<SourceState> local_state_;  // of the local records, once a batch of another source touches them
  std::map<RecordId, Touched> touched_;
  std::map<std::string, std::string> organizations_;         // read or changed by this batch
  std::set<RecordId> listed_now_;                            // what this batch shows of a running listing
  bool begins_here_ = false;                                 // the listing began in this batch
  std::vector<std::pair<std::string, bool>> number_writes_;  // key of `numbers`, and whether it is put or deleted
  NameWrites name_writes_;
  rocksdb::WriteBatch writes_;
  ApplyResult result_;
  std::map<RecordId, std::uint64_t> told_by_;             // deletions that name their webhook event
  std::map<std::uint64_t, EventChanges> done_for_event_;  // by these
  std::size_t events_settled_ = 0;
  bool was_disabled_ = false;  // what the batch brought was left out
  ChangeCause cause_ = ChangeCause::sync;
};

inline const Record* record_of(const std::optional<Entry>& entry) {
  return entry ? std::get_if<Record>(&*entry) : nullptr;
}
inline const Tombstone* tombstone_of(const std::optional<Entry>& entry) {
  return entry ? std::get_if<Tombstone>(&*entry) : nullptr;
}

}  // namespace ringdex::index
