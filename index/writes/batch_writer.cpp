#include "index/writes/batch_writer.h"

#include <algorithm>
#include <cassert>
#include <new>
#include <tuple>

#include "index/history/webhook_history.h"
#include "index/records/change_counts.h"
#include "telephony/number/number_variants.h"

namespace ringdex::index {
namespace {

// Index entries that an entry implies, so that before and after can be compared.
struct Implied {
  std::vector<std::string> numbers;  // in order, each once
  std::optional<std::string> member;
  std::optional<std::string> dependent;
  std::optional<std::string> alias;
};

Implied implied_by(key::AccountNumber account, const RecordId& id, const std::optional<Entry>& entry) {
  Implied implied;
  if (const Record* record = record_of(entry)) {
    for (const RecordPhone& phone : record->phones) {
      if (!phone.number) continue;
      implied.numbers.push_back(
          key::number(account, telephony::canonical(*phone.number), record->first_indexed_at, id));
    }
    std::ranges::sort(implied.numbers);
    implied.numbers.erase(std::unique(implied.numbers.begin(), implied.numbers.end()), implied.numbers.end());
    if (!record->organization_id.empty()) implied.member = key::member(account, id, record->organization_id);
    if (!record->person_id.empty()) implied.dependent = key::member(account, id, record->person_id);
  }
  if (const Tombstone* tombstone = tombstone_of(entry); tombstone && tombstone->merged_into) {
    implied.alias = key::alias(account, *tombstone->merged_into, id);
  }
  return implied;
}

}  // namespace

BatchWriter::BatchWriter(Store::Impl& store, const std::string& account, const std::string& source,
                         const ApplyPolicy& policy, TimePoint now)
    : store_(store),
      account_(store.account_for_write(account)),
      source_(source),
      policy_(policy),
      now_(now),
      state_(read_state(source)) {}

SourceState BatchWriter::read_state(const std::string& source) const {
  const auto bytes = store_.get(Family::sources, key::source(account_, source));
  if (!bytes) return {};
  const auto state = decode_source_state(*bytes);
  if (!state) throw StoreFailure{rocksdb::Status::Corruption("state of source " + source)};
  return *state;
}

ApplyResult BatchWriter::apply(ChangeBatch batch, const std::vector<RecordId>& unlisted_before) {
  cause_ = batch.cause;
  const bool is_page = batch.checkpoint || batch.sweep_cursor;
  const std::string& stored = batch.sweep_cursor ? state_.sweep_cursor : state_.checkpoint;
  const bool has_moved = batch.goes_on_from && *batch.goes_on_from != stored;
  if (has_moved || (is_page && state_.mode == SourceState::Mode::disabled) || is_held(batch) || has_lost_local(batch)) {
    result_.refused = 1;
    result_.position = store_.snapshot().position;
    return result_;
  }
  if (state_.mode == SourceState::Mode::disabled) {
    // A purge would not last; deletions count all the same.
    was_disabled_ = !batch.upserts.empty() || !batch.organizations.empty();
    batch.upserts.clear();
    batch.organizations.clear();
  }
  if (source_ == kLocalSource) number_local_records(batch);
  if (batch.begins_listing) begin_listing();
  for (const OrganizationName& organization : batch.organizations) rename(organization);
  for (Record& record : batch.upserts) upsert(std::move(record));
  for (const Deletion& deletion : batch.deletions) erase_for_event(deletion);
  // A page whose records did not all fit is asked for again once the limit is raised.
  const bool whole = result_.over_limit == 0;
  // The listing that it began is given up: its checkpoint is not kept, so what follows is not its next page.
  if (batch.begins_listing && !whole) state_.listing = SourceState::Listing::none;
  if (batch.ends_listing && whole) end_listing(unlisted_before);
  follow_persons();
  local_records_give_way();
  if (batch.sweep_cursor && whole) state_.sweep_cursor = *batch.sweep_cursor;
  if (batch.checkpoint && whole) {
    state_.checkpoint = *batch.checkpoint;
    state_.checkpoint_at = now_;
  }
  settle_events(batch.inbox_done);
  write_changes();
  commit(batch.durable || batch.checkpoint.has_value() || batch.sweep_cursor.has_value() || !batch.inbox_done.empty());
  return result_;
}

ApplyResult BatchWriter::confirm_sweep(const std::vector<RecordId>& unlisted_before) {
  result_.position = store_.snapshot().position;
  if (state_.listing == SourceState::Listing::awaiting) {
    sweep(still_unlisted(unlisted_before));
    follow_persons();
    write_changes();
    commit(true);
  }
  return result_;
}

void BatchWriter::set_mode(SourceState::Mode mode) {
  state_.mode = mode;
  write_changes();
  commit(true);
}

std::string BatchWriter::purge(const std::string& from, std::size_t records_max) {
  if (state_.mode != SourceState::Mode::disabled) throw StoreFailure{rocksdb::Status::Aborted("it is not disabled")};
  const std::string prefix = key::source(account_, source_);
  const auto records = store_.iterate(Family::records, {});
  records->Seek(from.empty() ? prefix : from);
  for (; records->Valid() && records->key().starts_with(prefix) && records_max > 0; records->Next(), --records_max) {
    const auto id = key::record_id(records->key().ToStringView(), sizeof(key::AccountNumber));
    if (!id) throw StoreFailure{rocksdb::Status::Corruption("record")};
    touch(*id).after.reset();
  }
  const bool done = !records->Valid() || !records->key().starts_with(prefix);
  if (!records->status().ok()) throw StoreFailure{records->status()};
  std::string next = done ? std::string() : records->key().ToString();
  if (from.empty()) {
    for (const Family family : {Family::organizations, Family::listed, Family::inbox, Family::webhooks}) {
      writes_.DeleteRange(store_.family(family), prefix, key::after_prefix(prefix));
    }
    store_.settled_kept.erase(prefix);
  }
  state_ =
      SourceState{.records = state_.records, .mode = state_.mode, .has_dependents = !done && state_.has_dependents};
  for (const auto& [id, touched] : touched_) {
    const Record* record = record_of(touched.before);
    if (record != nullptr && is_shown(*record)) --state_.records;
  }
  write_changes();
  commit(true);
  return next;
}

void BatchWriter::count_added() {
  ++state_.records;
  ++result_.added;
}

void BatchWriter::count_deleted() {
  --state_.records;
  ++result_.deleted;
}

BatchWriter::Touched& BatchWriter::touch(const RecordId& id) {
  assert(id.source == source_ || id.source == kLocalSource);
  const auto [at, fresh] = touched_.try_emplace(id);
  if (fresh) {
    at->second.before = store_.entry(account_, id);
    at->second.after = at->second.before;
  }
  return at->second;
}

std::string BatchWriter::organization_name(const std::string& id) {
  const auto [at, fresh] = organizations_.try_emplace(id);
  if (fresh) {
    at->second = store_.get(Family::organizations, key::organization(account_, source_, id)).value_or("");
  }
  return at->second;
}

void BatchWriter::rename(const OrganizationName& organization) {
  if (organization.id.empty() || organization_name(organization.id) == organization.name) return;
  organizations_[organization.id] = organization.name;
  const std::string key = key::organization(account_, source_, organization.id);
  if (organization.name.empty()) {
    writes_.Delete(store_.family(Family::organizations), key);
  } else {
    writes_.Put(store_.family(Family::organizations), key, organization.name);
  }
  const std::string prefix = key::member_prefix(account_, source_, organization.id);
  const auto members = store_.iterate(Family::members, {});
  for (members->Seek(prefix); members->Valid() && members->key().starts_with(prefix); members->Next()) {
    const auto id = key::member_id(members->key().ToStringView(), source_, prefix.size());
    if (!id) continue;
    Touched& touched = touch(*id);
    auto* record = touched.after ? std::get_if<Record>(&*touched.after) : nullptr;
    if (record == nullptr || record->organization == organization.name) continue;
    if (record->name.empty() && (organization.name.empty() || !record->person_id.empty())) continue;
    record->organization = organization.name;
    ++result_.renamed;
  }
  if (!members->status().ok()) throw StoreFailure{members->status()};
}

void BatchWriter::upsert(Record next) {
  Touched& touched = touch(next.id);
  if (state_.listing == SourceState::Listing::running || state_.listing == SourceState::Listing::awaiting) {
    writes_.Put(store_.family(Family::listed), key::record(account_, next.id), "");
    listed_now_.insert(next.id);
  }
  const Record* live = record_of(touched.after);
  const Tombstone* tombstone = tombstone_of(touched.after);
  if ((live && next.version < live->version) || (tombstone && next.version <= tombstone->version)) {
    ++result_.stale;
    return;
  }
  if (!next.organization_id.empty()) {
    // Until its organization is known, the record's own word for it counts.
    if (std::string name = organization_name(next.organization_id); !name.empty()) next.organization = std::move(name);
  }
  if (!next.person_id.empty()) {
    state_.has_dependents = true;
    borrow(next);
  } else if (next.name.empty() && live != nullptr && !live->name.empty() && source_ != kLocalSource) {
    next.name = live->name;
    ++result_.kept_name;
  } else if (next.name.empty() && next.organization.empty()) {
    if (live == nullptr) {
      result_.nameless.push_back(next.id);
      return;
    }
    next.organization = live->organization;
    ++result_.kept_name;
  }
  if (live == nullptr) {
    if (policy_.records_max != 0 && state_.records >= policy_.records_max) {
      ++result_.over_limit;
      return;
    }
    if (is_shown(next)) count_added();
    const bool returns = tombstone != nullptr && tombstone->first_indexed_at != TimePoint{};
    next.first_indexed_at = returns ? tombstone->first_indexed_at : now_;
    touched.after = std::move(next);
    return;
  }
  next.first_indexed_at = live->first_indexed_at;
  if (is_shown(next) != is_shown(*live)) {
    is_shown(next) ? count_added() : count_deleted();
  } else {
    Record same_version = *live;
    same_version.version = next.version;
    ++(next == same_version ? result_.unchanged : result_.updated);
  }
  touched.after = std::move(next);
}

void BatchWriter::erase(const Deletion& deletion) {
  const bool to_itself = deletion.merged_into == deletion.id;
  Tombstone next{deletion.version, {}, to_itself ? std::nullopt : deletion.merged_into};
  if (!policy_.delete_records && !next.merged_into && !deletion.withdrawn) return;
  Touched& touched = touch(deletion.id);
  if (const Record* live = record_of(touched.after)) {
    if (live->version > deletion.version) {
      ++result_.stale;
      return;
    }
    next.first_indexed_at = live->first_indexed_at;
    if (deletion.withdrawn) --next.version;
    if (is_shown(*live)) {
      --state_.records;
      ++(next.merged_into ? result_.merged : result_.deleted);
    }
  } else if (deletion.withdrawn) {
    return;
  } else if (const Tombstone* known = tombstone_of(touched.after)) {
    const bool older = deletion.version < known->version;
    next.version = std::max(next.version, known->version);
    next.first_indexed_at = known->first_indexed_at;
    if (!next.merged_into || (older && known->merged_into)) next.merged_into = known->merged_into;
    if (next.merged_into != known->merged_into) ++result_.merged;
  } else if (next.merged_into) {
    ++result_.merged;
  }
  touched.after = std::move(next);
}

void BatchWriter::write_changes() {
  for (const auto& [id, touched] : touched_) {
    if (touched.before != touched.after) write_record(id, touched);
  }
  // In order, so that the memtable looks for the place of each near the one before.
  std::ranges::sort(number_writes_);
  for (const auto& [key, is_put] : number_writes_) {
    is_put ? writes_.Put(store_.family(Family::numbers), key, "") : writes_.Delete(store_.family(Family::numbers), key);
  }
  name_writes_.write(store_, writes_);
  const auto write_state = [&](const std::string& source, const SourceState& state) {
    writes_.Put(store_.family(Family::sources), key::source(account_, source), encode_source_state(state));
  };
  write_state(source_, state_);
  if (local_state_) write_state(std::string(kLocalSource), *local_state_);
}

void BatchWriter::write_record(const RecordId& id, const Touched& touched) {
  const Implied before = implied_by(account_, id, touched.before);
  const Implied after = implied_by(account_, id, touched.after);
  for (const auto& number : before.numbers) {
    if (!std::ranges::binary_search(after.numbers, number)) number_writes_.emplace_back(number, false);
  }
  for (const auto& number : after.numbers) {
    if (!std::ranges::binary_search(before.numbers, number)) number_writes_.emplace_back(number, true);
  }
  for (const auto& [family, was, is] : {std::tuple{Family::members, &before.member, &after.member},
                                        std::tuple{Family::dependents, &before.dependent, &after.dependent},
                                        std::tuple{Family::aliases, &before.alias, &after.alias}}) {
    if (*was == *is) continue;
    if (*was) writes_.Delete(store_.family(family), **was);
    if (*is) writes_.Put(store_.family(family), **is, "");
  }
  name_writes_.change(account_, id, record_of(touched.before), record_of(touched.after));
  const std::string key = key::record(account_, id);
  if (touched.after) {
    writes_.Put(store_.family(Family::records), key, encode_entry(*touched.after));
  } else {
    writes_.Delete(store_.family(Family::records), key);
  }
}

void BatchWriter::count_changes() {
  const ChangeCounts counts = change_counts(result_);
  if (counts == ChangeCounts{}) return;
  const std::string key = key::numbered(account_, source_, counting_period(now_));
  CountsByCause all = decode_counts(store_.get(Family::counts, key).value_or("")).value_or(CountsByCause{});
  all[cause_] += counts;
  writes_.Put(store_.family(Family::counts), key, encode_counts(all));
}

void BatchWriter::commit(bool durable) {
  count_changes();
  const Snapshot& last = store_.snapshot();
  result_.position = last.position + 1;
  writes_.Put(store_.family(Family::meta), "position", key::u64(result_.position));
  auto checkpoints = std::make_shared<Checkpoints>(*last.checkpoints);
  (*checkpoints)[account_][source_] = state_.checkpoint_at;
  store_.write(writes_, durable);
  update_table();
  store_.publish(result_.position, std::move(checkpoints));
  if (events_settled_ > 0) trim_history(store_, account_, source_, events_settled_);
}

void BatchWriter::update_table() {
  NumberTable& table = store_.numbers;
  if (table.state() == NumberTable::State::given_up) return;
  const bool loading = table.state() == NumberTable::State::loading;
  try {
    table.begin(result_.position);
    for (const auto& [id, touched] : touched_) {
      if (touched.before == touched.after) continue;
      const Record* before = record_of(touched.before);
      const Record* after = record_of(touched.after);
      if (loading && key::record(account_, id) >= store_.loaded_below) {
        table.stamp(account_, before);
        table.stamp(account_, after);
      } else {
        table.change(account_, before, after);
      }
    }
    table.finish();
  } catch (const std::bad_alloc&) {
    table.give_up();
  }
}

}  // namespace ringdex::index
