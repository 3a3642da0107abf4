// The part of the BatchWriter for the records that are made here.

#include <algorithm>

#include "index/writes/batch_writer.h"
#include "telephony/number/number_variants.h"

namespace ringdex::index {
namespace {

bool has_number(const Record* record, telephony::PhoneNumber number) {
  return record != nullptr && is_shown(*record) && std::ranges::any_of(record->phones, [&](const RecordPhone& phone) {
           return phone.number && telephony::canonical(*phone.number) == number;
         });
}

}  // namespace

// They have no source whose order counts: what comes last is the newest.
void BatchWriter::number_local_records(ChangeBatch& batch) {
  const std::string counter = key::local_counter(account_);
  std::uint64_t last = key::read_u64(store_.get(Family::meta, counter).value_or(""));
  for (Record& record : batch.upserts) {
    if (record.id.external_id.empty()) {
      // By the time, so that no id comes again even where the index was lost and calls still name its records.
      last = std::max(last + 1, static_cast<std::uint64_t>(now_.time_since_epoch().count()));
      writes_.Put(store_.family(Family::meta), counter, key::u64(last));
      record.id.external_id = std::to_string(last);
      result_.numbered.push_back(record.id);
    }
    const std::optional<Entry>& known = touch(record.id).after;
    if (const Record* live = record_of(known)) record.version = std::max(record.version, live->version + 1);
    if (const Tombstone* gone = tombstone_of(known)) record.version = std::max(record.version, gone->version + 1);
  }
  for (Deletion& deletion : batch.deletions) {
    const Record* live = record_of(touch(deletion.id).after);
    if (live != nullptr) deletion.version = std::max(deletion.version, live->version);
  }
}

std::unique_ptr<rocksdb::Iterator> BatchWriter::holders() const {
  ReadOptions options;
  options.prefix_same_as_start = true;
  return store_.iterate(Family::numbers, options);
}

bool BatchWriter::is_held(const ChangeBatch& batch) {
  if (!batch.unless_held_in) return false;
  const auto numbers = holders();
  for (const Record& record : batch.upserts) {
    for (const RecordPhone& phone : record.phones) {
      if (!phone.number) continue;
      const std::string prefix = key::number_prefix(account_, telephony::canonical(*phone.number));
      for (numbers->Seek(prefix); numbers->Valid() && numbers->key().starts_with(prefix); numbers->Next()) {
        auto id = key::record_id(numbers->key().ToStringView(), key::kNumberPrefixBytes + sizeof(std::uint64_t));
        if (!id || *id == record.id || !batch.unless_held_in->contains(id->source)) continue;
        result_.holders.push_back(*std::move(id));
        return true;
      }
      if (!numbers->status().ok()) throw StoreFailure{numbers->status()};
    }
  }
  return false;
}

// Who changes a local record means the one that is there: it may have been deleted or have given way meanwhile.
bool BatchWriter::has_lost_local(const ChangeBatch& batch) {
  return source_ == kLocalSource && std::ranges::any_of(batch.upserts, [this](const Record& record) {
           return !record.id.external_id.empty() && record_of(touch(record.id).after) == nullptr;
         });
}

void BatchWriter::local_records_give_way() {
  if (source_ == kLocalSource) return;
  SourceState locals = read_state(std::string(kLocalSource));
  if (locals.records == 0) return;
  local_state_ = std::move(locals);
  std::vector<std::pair<telephony::PhoneNumber, RecordId>> brought;
  for (const auto& [id, touched] : touched_) {
    const Record* record = record_of(touched.after);
    if (record == nullptr || touched.before == touched.after || !is_shown(*record)) continue;
    for (const RecordPhone& phone : record->phones) {
      if (!phone.number) continue;
      const telephony::PhoneNumber number = telephony::canonical(*phone.number);
      if (!has_number(record_of(touched.before), number)) brought.emplace_back(number, id);
    }
  }
  for (const auto& [number, id] : brought) give_way(number, id);
}

void BatchWriter::give_way(telephony::PhoneNumber number, const RecordId& to) {
  const std::string prefix = key::number_prefix(account_, number);
  const auto numbers = holders();
  for (numbers->Seek(prefix); numbers->Valid() && numbers->key().starts_with(prefix); numbers->Next()) {
    const auto id = key::record_id(numbers->key().ToStringView(), key::kNumberPrefixBytes + sizeof(std::uint64_t));
    if (!id || id->source != kLocalSource) continue;
    Touched& touched = touch(*id);
    const Record* live = record_of(touched.after);
    if (live == nullptr) continue;
    touched.after = Tombstone{live->version, live->first_indexed_at, to};
    --local_state_->records;
    ++result_.gave_way;
  }
  if (!numbers->status().ok()) throw StoreFailure{numbers->status()};
}

}  // namespace ringdex::index
