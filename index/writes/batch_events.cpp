// The part of the BatchWriter for the webhook events that a batch settles.

#include "index/writes/batch_writer.h"

namespace ringdex::index {

void BatchWriter::erase_for_event(const Deletion& deletion) {
  const EventChanges before = event_changes(result_);
  erase(deletion);
  if (!deletion.event) return;
  told_by_.try_emplace(deletion.id, *deletion.event);
  done_for_event_[*deletion.event] += event_changes(result_) - before;
}

// What was done since `before`, to the event that told of `cause`.
void BatchWriter::credit(const RecordId& cause, const EventChanges& before) {
  const auto told = told_by_.find(cause);
  if (told != told_by_.end()) done_for_event_[told->second] += event_changes(result_) - before;
}

// Their history is written with what they did: neither is there without the other.
void BatchWriter::settle_events(const std::vector<EventDone>& events) {
  for (const EventDone& event : events) {
    const std::string key = key::numbered(account_, source_, event.number);
    const auto waiting = store_.get(Family::inbox, key);
    if (!waiting) continue;
    writes_.Delete(store_.family(Family::inbox), key);
    writes_.Put(
        store_.family(Family::webhooks), key,
        encode_settled_event(settled(event), event.payload.empty() ? std::string_view(*waiting) : event.payload));
    ++events_settled_;
  }
}

SettledEvent BatchWriter::settled(const EventDone& event) const {
  const auto own = done_for_event_.find(event.number);
  const bool is_apart = !done_for_event_.empty();
  SettledEvent settled{.settled_at = now_, .did = event.before, .detail = event.detail};
  if (!is_apart) {
    settled.did += event_changes(result_);
  } else if (own != done_for_event_.end()) {
    settled.did += own->second;
  }
  settled.outcome =
      event.outcome.value_or(settled.did == EventChanges{} ? EventOutcome::unchanged : EventOutcome::applied);
  if (!settled.detail.empty()) return settled;
  if (was_disabled_) {
    settled.detail = "the source is disabled";
  } else if (!is_apart) {
    settled.detail = skip_reason(result_);
  }
  return settled;
}

}  // namespace ringdex::index
