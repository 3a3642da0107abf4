// The part of the BatchWriter that holds a complete listing against the records.

#include "index/writes/batch_writer.h"

namespace ringdex::index {
namespace {

constexpr std::size_t kAccountBytes = sizeof(key::AccountNumber);

}  // namespace

void BatchWriter::drop_marks() {
  const std::string first = key::source(account_, source_);
  writes_.DeleteRange(store_.family(Family::listed), first, key::after_prefix(first));
}

void BatchWriter::begin_listing() {
  drop_marks();
  begins_here_ = true;
  state_.listing = state_.records == 0 ? SourceState::Listing::initial : SourceState::Listing::running;
  state_.awaiting_confirmation = 0;
  // Whatever sweep ran beside the deltas has lost its marks.
  state_.sweep_cursor.clear();
}

std::vector<RecordId> BatchWriter::unlisted(const Store::Impl& store, key::AccountNumber account,
                                            const std::string& source, Marks marks) {
  std::vector<RecordId> gone;
  const std::string prefix = key::source(account, source);
  const auto records = store.iterate(Family::records, {});
  const auto listed = store.iterate(Family::listed, {});
  if (marks == Marks::count) listed->Seek(prefix);
  for (records->Seek(prefix); records->Valid() && records->key().starts_with(prefix); records->Next()) {
    while (listed->Valid() && listed->key().compare(records->key()) < 0) listed->Next();
    if (listed->Valid() && listed->key() == records->key()) continue;
    const auto id = key::record_id(records->key().ToStringView(), kAccountBytes);
    if (id && is_record(records->value().ToStringView())) gone.push_back(*id);
  }
  if (!records->status().ok()) throw StoreFailure{records->status()};
  if (!listed->status().ok()) throw StoreFailure{listed->status()};
  return gone;
}

std::vector<RecordId> BatchWriter::still_unlisted(const std::vector<RecordId>& candidates) {
  std::vector<RecordId> gone;
  for (const RecordId& id : candidates) {
    if (listed_now_.contains(id)) continue;
    // Marks on disk are an earlier listing's if this one began in the batch in hand.
    if (!begins_here_ && store_.get(Family::listed, key::record(account_, id))) continue;
    if (record_of(touch(id).after) != nullptr) gone.push_back(id);
  }
  return gone;
}

void BatchWriter::end_listing(const std::vector<RecordId>& unlisted_before) {
  if (state_.listing != SourceState::Listing::none) state_.swept_at = now_;
  if (state_.listing != SourceState::Listing::running || !policy_.delete_records) {
    sweep({});
    return;
  }
  const auto gone =
      still_unlisted(begins_here_ ? unlisted(store_, account_, source_, Marks::are_old) : unlisted_before);
  const std::uint64_t allowed = state_.records * policy_.sweep_guard_percent / 100;
  if (gone.size() > allowed) {
    state_.listing = SourceState::Listing::awaiting;
    state_.awaiting_confirmation = gone.size();
    result_.awaiting_confirmation = gone.size();
    return;
  }
  sweep(gone);
}

void BatchWriter::sweep(const std::vector<RecordId>& gone) {
  for (const RecordId& id : gone) {
    const Record* record = record_of(touch(id).after);
    if (record == nullptr) continue;
    if (is_shown(*record)) ++result_.swept;
    // Nobody said that it was deleted: a listing that shows it again brings it back, as it was.
    erase({.id = id, .version = record->version, .withdrawn = true});
  }
  drop_marks();
  state_.listing = SourceState::Listing::none;
  state_.awaiting_confirmation = 0;
}

}  // namespace ringdex::index
