#include "server/calls/call_json.h"

#include <algorithm>

namespace ringdex::server {
namespace {

using index::Call;
using index::RecordId;

void write_pick_members(text::JsonWriter& out, const index::CallPick& pick) {
  out.member("record", pick.records.front().to_string()).member("name", pick.name);
  out.member("agent", pick.agent).member("at", pick.at);
}

void write_picks(text::JsonWriter& out, const Call& call) {
  out.open('[');
  for (const index::CallPick& pick : call.picks) {
    out.open('{');
    write_pick_members(out, pick);
    if (pick.undone_at) out.member("undone_at", *pick.undone_at).member("undone_by", pick.undone_by);
    out.close('}');
  }
  out.close(']');
}

// What was stored as JSON.
void write_stored(text::JsonWriter& out, std::string_view name, const std::string& json) {
  json.empty() ? out.null_member(name) : out.raw_member(name, json);
}

// Where a record that was shown is to be found now; nothing is written if `told` has it, as two that were shown may be
// one by now.
void write_attributed(text::JsonWriter& out, const RecordId& asked, const index::IndexView& view, const Call& call,
                      const AccountSettings& settings, std::vector<RecordId>& told) {
  const auto found = view.get(call.account, asked);
  const auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr;
  const RecordId& id = known == nullptr ? asked : known->record.id;
  if (std::ranges::find(told, id) != told.end()) return;
  told.push_back(id);
  const char* state = id == asked ? "current" : "merged";
  if (known == nullptr)
    state = found && std::holds_alternative<index::UnknownRecord>(*found) ? "not_mirrored" : "deleted";
  out.open('{').member("record", id.to_string()).member("state", state);
  if (id != asked) out.member("asked", asked.to_string());
  out.member("source", id.source);
  if (known != nullptr) {
    const auto label = settings.source_labels.find(id.source);
    out.member("label", label == settings.source_labels.end() ? id.source : label->second);
  }
  out.member("kind", to_string(id.kind)).member("external_id", id.external_id);
  if (known != nullptr) {
    const index::Record& record = known->record;
    out.member("name", record.name.empty() ? record.organization : record.name).member("url", record.url);
  }
  out.close('}');
}

const char* state_of(const Call& call) {
  if (call.ended_at) return "ended";
  return call.answered_at ? "answered" : "ringing";
}

}  // namespace

void write_call(text::JsonWriter& out, const Call& call) {
  out.open('{').member("id", call.id).member("direction", to_string(call.direction));
  out.member("from", call.from).member("to", call.to).member("line", call.line).member("agents", call.agents);
  call.about ? out.member("about", call.about->to_string()) : out.null_member("about");
  out.member("state", state_of(call)).member("started_at", call.started_at);
  out.member("answered_at", call.answered_at).member("answered_by", call.answered_by);
  out.member("ended_at", call.ended_at);
  if (const index::CallPick* pick = call.pick()) {
    out.key("picked").open('{');
    write_pick_members(out, *pick);
    out.close('}');
  } else {
    out.null_member("picked");
  }
  out.close('}');
}

std::string event_json(const Call& call, const std::string& answer) {
  std::string json;
  text::JsonWriter out(json);
  out.open('{').key("call");
  write_call(out, call);
  if (answer.size() > 2) out.raw(std::string_view(answer).substr(1, answer.size() - 2));
  out.close('}');
  return json;
}

void write_call_report(text::JsonWriter& out, const Call& call, const index::IndexView& view,
                       const AccountSettings& account) {
  out.open('{').key("call");
  write_call(out, call);
  write_stored(out, "answer", call.answer);
  out.key("changes").open('[');
  for (const index::CallChange& change : call.changes) {
    out.open('{').member("cause", change.cause).member("at", change.at);
    write_stored(out, "answer", change.answer);
    out.close('}');
  }
  out.close(']').key("picks");
  write_picks(out, call);
  write_stored(out, "policy", call.policy);
  out.key("attribute").open('[');
  std::vector<RecordId> told;
  for (const RecordId& id : call.attributed()) write_attributed(out, id, view, call, account, told);
  out.close(']').close('}');
}

std::string policy_text(const AccountSettings& account) {
  std::string json;
  text::JsonWriter out(json);
  out.open('{').key("pick").open('[');
  for (const PickRule rule : account.pick.rules) out.text(to_string(rule));
  out.close(']').member("source_order", account.pick.source_order);
  out.key("picked").open('{').member("scope", kPickScopeNames.name_of(account.pick_memory.scope));
  out.member("age_max_seconds", account.pick_memory.age_max.count() / 1'000).close('}');
  out.member("region", account.region).member("same_person", kSamePersonNames.name_of(account.same_person));
  out.member("unknown_caller", account.creates_unknown_callers ? "create" : "ignore");
  out.member("on_miss", account.live_deadline ? "live" : "none").close('}');
  return json;
}

std::vector<RecordId> shown_records(const LookupAnswer& answer) {
  std::vector<RecordId> records;
  if (answer.candidates.empty()) return records;
  const Candidate& shown = answer.candidates.front();
  for (std::size_t i = 0; i < shown.records; ++i) records.push_back(answer.found.cards[shown.first + i].id());
  return records;
}

}  // namespace ringdex::server
