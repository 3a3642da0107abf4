#include "sync/webhooks/webhook_event.h"

#include "sync/webhooks/hint_codec.h"

namespace ringdex::sync {
namespace {

constexpr std::size_t kRecordsShownMax = 100;

std::string id_text(const index::EventEntry& entry, const Hint& hint, const std::string& external_id) {
  if (hint.kind == Hint::Kind::organization) return entry.source + ":organization:" + external_id;
  return index::RecordId{entry.source, hint.record_kind, external_id}.to_string();
}

}  // namespace

WebhookEvent webhook_event(const index::EventEntry& entry) {
  WebhookEvent event{.number = entry.number, .source = entry.source};
  if (const auto known = decode_hint(entry.payload)) {
    const Hint& hint = known->hint;
    event.type = hint.type;
    event.kind = hint.kind;
    for (const std::string& id : hint.ids) {
      if (event.records.size() == kRecordsShownMax) break;
      event.records.push_back(id_text(entry, hint, id));
    }
    if (!hint.into.empty()) event.into = id_text(entry, hint, hint.into);
    event.received_at = known->received_at;
    event.attempts = known->attempts + known->both_alive;
    event.did = known->did;
    event.detail = known->last_error;
  }
  if (entry.settled) {
    event.settled_at = entry.settled->settled_at;
    event.outcome = entry.settled->outcome;
    event.did = entry.settled->did;
    event.detail = entry.settled->detail;
  }
  return event;
}

}  // namespace ringdex::sync
