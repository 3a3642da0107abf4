// The part of the BatchWriter for records that have the name and numbers of another one (Record::person_id).

#include <algorithm>
#include <vector>

#include "index/writes/batch_writer.h"

namespace ringdex::index {
namespace {

constexpr int kAliasHopsMax = 32;

}  // namespace

const Record* BatchWriter::person(const std::string& person_id) {
  RecordId id{source_, RecordKind::contact, person_id};
  for (int hops = 0; hops < kAliasHopsMax; ++hops) {
    const Touched& touched = touch(id);
    if (const Record* record = record_of(touched.after)) return record;
    const Tombstone* tombstone = tombstone_of(touched.after);
    if (tombstone == nullptr || !tombstone->merged_into || tombstone->merged_into->source != source_ ||
        tombstone->merged_into->kind != RecordKind::contact) {
      return nullptr;
    }
    id = *tombstone->merged_into;
  }
  return nullptr;
}

void BatchWriter::borrow(Record& record) {
  record.name.clear();
  record.organization.clear();
  record.phones.clear();
  record.emails.clear();
  const Record* from = person(record.person_id);
  if (from == nullptr) return;
  record.name = from->name;
  record.phones = from->phones;
  record.emails = from->emails;
  if (!record.organization_id.empty()) record.organization = organization_name(record.organization_id);
  if (record.organization.empty()) record.organization = from->organization;
}

void BatchWriter::add_dependents(const RecordId& person, const RecordId* cause, rocksdb::Iterator& it,
                                 std::vector<Dependent>& dependents) const {
  const std::string prefix = key::member_prefix(account_, source_, person.external_id);
  for (it.Seek(prefix); it.Valid() && it.key().starts_with(prefix); it.Next()) {
    auto dependent = key::member_id(it.key().ToStringView(), source_, prefix.size());
    if (dependent) dependents.push_back({*std::move(dependent), cause});
  }
  if (!it.status().ok()) throw StoreFailure{it.status()};
}

// All that were merged into the first, over however many merges.
void BatchWriter::add_losers(rocksdb::Iterator& it, std::vector<RecordId>& persons) const {
  for (std::size_t i = 0; i < persons.size(); ++i) {
    const std::string prefix = key::alias_prefix(account_, persons[i]);
    for (it.Seek(prefix); it.Valid() && it.key().starts_with(prefix); it.Next()) {
      auto loser = key::record_id(it.key().ToStringView(), prefix.size());
      const bool is_person = loser && loser->source == source_ && loser->kind == RecordKind::contact;
      // What this batch changes of them is not on disk yet, so that two may lead to each other there.
      if (is_person && std::ranges::find(persons, *loser) == persons.end()) persons.push_back(*std::move(loser));
    }
    if (!it.status().ok()) throw StoreFailure{it.status()};
  }
}

void BatchWriter::follow_persons() {
  if (!state_.has_dependents) return;
  std::vector<Dependent> dependents;
  const auto aliases = store_.iterate(Family::aliases, {});
  const auto found = store_.iterate(Family::dependents, {});
  for (const auto& [id, touched] : touched_) {
    if (id.kind != RecordKind::contact) {
      // It may have come in front of its person.
      if (const Record* record = record_of(touched.after); record && !record->person_id.empty())
        dependents.push_back({id, &id});
      continue;
    }
    if (touched.before == touched.after) continue;
    // A record names its person as the source does, also one that was merged away since.
    std::vector<RecordId> persons{id};
    add_losers(*aliases, persons);
    for (const RecordId& person : persons) add_dependents(person, &id, *found, dependents);
  }
  for (const auto& [id, cause] : dependents) {
    const Record* live = record_of(touch(id).after);
    if (live == nullptr || live->person_id.empty()) continue;
    Record next = *live;
    borrow(next);
    if (next == *live) continue;
    const EventChanges before = event_changes(result_);
    if (is_shown(next) != is_shown(*live)) {
      is_shown(next) ? count_added() : count_deleted();
    } else {
      ++result_.updated;
    }
    credit(*cause, before);
    touch(id).after = std::move(next);
  }
}

}  // namespace ringdex::index
