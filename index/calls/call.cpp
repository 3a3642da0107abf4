#include "index/calls/call.h"

#include <algorithm>

#include "index/records/stored_json.h"

namespace ringdex::index {
namespace {

using text::JsonDocument;
using text::JsonWriter;

// Members are written by their names.

void put_ids(JsonWriter& out, std::string_view name, const std::vector<RecordId>& ids) {
  out.key(name).open('[');
  for (const RecordId& id : ids) out.text(id.to_string());
  out.close(']');
}

void put_changes(JsonWriter& out, const std::vector<CallChange>& changes) {
  out.key("changes").open('[');
  for (const CallChange& change : changes) {
    out.open('{');
    out.member("answer", change.answer).member("at", stored_time(change.at)).member("cause", change.cause);
    put_ids(out, "shown", change.shown);
    out.close('}');
  }
  out.close(']');
}

void put_picks(JsonWriter& out, const std::vector<CallPick>& picks) {
  out.key("picks").open('[');
  for (const CallPick& pick : picks) {
    out.open('{');
    out.member("agent", pick.agent).member("at", stored_time(pick.at)).member("name", pick.name);
    put_ids(out, "records", pick.records);
    out.member("undone_at", stored_time(pick.undone_at)).member("undone_by", pick.undone_by);
    out.close('}');
  }
  out.close(']');
}

}  // namespace

const CallPick* Call::pick() const {
  const auto last = std::find_if(picks.rbegin(), picks.rend(), [](const CallPick& pick) { return !pick.undone_at; });
  return last == picks.rend() ? nullptr : &*last;
}

const std::vector<RecordId>& Call::attributed() const {
  if (const CallPick* chosen = pick()) return chosen->records;
  return changes.empty() ? shown : changes.back().shown;
}

std::string encode_call(const Call& call) {
  std::string bytes;
  JsonWriter out(bytes);
  out.open('{');
  out.member("about", call.about ? std::optional(call.about->to_string()) : std::nullopt);
  out.member("about_pending", call.about_pending);
  out.member("agents", std::span(call.agents));
  out.member("answer", call.answer);
  out.member("answered_at", stored_time(call.answered_at));
  out.member("answered_by", call.answered_by);
  put_changes(out, call.changes);
  out.member("direction", to_string(call.direction));
  out.member("ended_at", stored_time(call.ended_at));
  out.member("from", call.from);
  out.member("line", call.line);
  out.member("number", call.number ? std::optional(call.number->to_e164()) : std::nullopt);
  put_picks(out, call.picks);
  out.member("plan", call.plan);
  out.member("policy", call.policy);
  out.member("region", call.region);
  put_ids(out, "shown", call.shown);
  out.member("started_at", stored_time(call.started_at));
  out.member("to", call.to);
  out.close('}');
  return bytes;
}

std::optional<Call> decode_call(std::string_view bytes, std::string_view account, std::string_view id) {
  const auto document = JsonDocument::parse(bytes);
  if (!document) return std::nullopt;
  bool good = true;
  const StoredObject in(*document, good);
  const auto direction = call_direction_from(in.text("direction"));
  if (!direction) return std::nullopt;
  Call call;
  call.account = account;
  call.id = id;
  call.direction = *direction;
  call.from = in.text("from");
  call.to = in.text("to");
  call.region = in.text("region");
  call.plan = in.text("plan");
  if (!in["number"].is_null()) call.number = telephony::PhoneNumber::from_e164(in.text("number"));
  call.line = in.text("line");
  call.agents = in.texts("agents");
  if (!in["about"].is_null()) call.about = in.id("about");
  call.about_pending = in.flag("about_pending");
  call.started_at = in.time("started_at");
  call.answered_at = in.time_or_null("answered_at");
  call.answered_by = in.text("answered_by");
  call.ended_at = in.time_or_null("ended_at");
  call.answer = in.text("answer");
  call.policy = in.text("policy");
  call.shown = in.ids("shown");
  for (const StoredObject& change : in.objects("changes")) {
    call.changes.push_back({change.text("cause"), change.time("at"), change.text("answer"), change.ids("shown")});
  }
  for (const StoredObject& pick : in.objects("picks")) {
    call.picks.push_back({pick.ids("records"), pick.text("name"), pick.text("agent"), pick.time("at"),
                          pick.time_or_null("undone_at"), pick.text("undone_by")});
  }
  return good ? std::optional(std::move(call)) : std::nullopt;
}

std::string encode_picks(const NumberPicks& picks) {
  std::string bytes;
  JsonWriter out(bytes);
  out.open('[');
  for (const NumberPick& pick : picks) {
    out.open('{').member("agent", pick.agent).member("at", stored_time(pick.at)).member("call", pick.call_id);
    out.member("line", pick.line).member("record", pick.record.to_string()).close('}');
  }
  out.close(']');
  return bytes;
}

std::optional<NumberPicks> decode_picks(std::string_view bytes) {
  const auto document = JsonDocument::parse(bytes);
  if (!document || !document->root().is_list()) return std::nullopt;
  bool good = true;
  NumberPicks picks;
  for (const text::JsonView value : document->root()) {
    const StoredObject pick(value, good);
    picks.push_back({pick.id("record"), pick.text("line"), pick.text("agent"), pick.text("call"), pick.time("at")});
  }
  return good ? std::optional(std::move(picks)) : std::nullopt;
}

}  // namespace ringdex::index
