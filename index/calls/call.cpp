#include "index/calls/call.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace ringdex::index {
namespace {

using nlohmann::json;

json count(TimePoint time) {
  return time.time_since_epoch().count();
}
TimePoint time_from(const json& value) {
  return TimePoint(std::chrono::milliseconds(value.get<std::int64_t>()));
}
json optional_count(const std::optional<TimePoint>& time) {
  return time ? count(*time) : json();
}
std::optional<TimePoint> optional_time(const json& value) {
  if (value.is_null()) return std::nullopt;
  return time_from(value);
}

struct BadId {};
RecordId id_from(const json& value) {
  auto id = RecordId::parse(value.get_ref<const std::string&>());
  if (!id) throw BadId{};
  return *std::move(id);
}
json ids_json(const std::vector<RecordId>& ids) {
  json out = json::array();
  for (const RecordId& id : ids) out.push_back(id.to_string());
  return out;
}
std::vector<RecordId> ids_from(const json& value) {
  std::vector<RecordId> ids;
  for (const json& id : value) ids.push_back(id_from(id));
  return ids;
}

std::string dump(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

// What `read` makes of the bytes, nothing if they are not what it expects.
template <typename Value, typename Read>
std::optional<Value> decoded(std::string_view bytes, Read read) {
  const json in = json::parse(bytes, nullptr, false);
  if (in.is_discarded()) return std::nullopt;
  try {
    return read(in);
  } catch (const json::exception&) {
    return std::nullopt;
  } catch (const BadId&) {
    return std::nullopt;
  }
}

json changes_json(const std::vector<CallChange>& changes) {
  json out = json::array();
  for (const CallChange& change : changes) {
    out.push_back({{"cause", change.cause},
                   {"at", count(change.at)},
                   {"answer", change.answer},
                   {"shown", ids_json(change.shown)}});
  }
  return out;
}

json picks_json(const std::vector<CallPick>& picks) {
  json out = json::array();
  for (const CallPick& pick : picks) {
    out.push_back({{"records", ids_json(pick.records)},
                   {"name", pick.name},
                   {"agent", pick.agent},
                   {"at", count(pick.at)},
                   {"undone_at", optional_count(pick.undone_at)},
                   {"undone_by", pick.undone_by}});
  }
  return out;
}

}  // namespace

std::string_view to_string(CallDirection direction) {
  return direction == CallDirection::inbound ? "inbound" : "outbound";
}

std::optional<CallDirection> call_direction_from(std::string_view name) {
  for (const CallDirection direction : {CallDirection::inbound, CallDirection::outbound}) {
    if (name == to_string(direction)) return direction;
  }
  return std::nullopt;
}

const CallPick* Call::pick() const {
  const auto last = std::find_if(picks.rbegin(), picks.rend(), [](const CallPick& pick) { return !pick.undone_at; });
  return last == picks.rend() ? nullptr : &*last;
}

const std::vector<RecordId>& Call::attributed() const {
  if (const CallPick* chosen = pick()) return chosen->records;
  return changes.empty() ? shown : changes.back().shown;
}

std::string encode_call(const Call& call) {
  return dump({{"direction", to_string(call.direction)},
               {"from", call.from},
               {"to", call.to},
               {"region", call.region},
               {"plan", call.plan},
               {"number", call.number ? json(call.number->to_e164()) : json()},
               {"line", call.line},
               {"agents", call.agents},
               {"about", call.about ? json(call.about->to_string()) : json()},
               {"about_pending", call.about_pending},
               {"started_at", count(call.started_at)},
               {"answered_at", optional_count(call.answered_at)},
               {"answered_by", call.answered_by},
               {"ended_at", optional_count(call.ended_at)},
               {"answer", call.answer},
               {"policy", call.policy},
               {"shown", ids_json(call.shown)},
               {"changes", changes_json(call.changes)},
               {"picks", picks_json(call.picks)}});
}

std::optional<Call> decode_call(std::string_view bytes, std::string_view account, std::string_view id) {
  return decoded<Call>(bytes, [&](const json& in) -> std::optional<Call> {
    Call call;
    call.account = account;
    call.id = id;
    const auto direction = call_direction_from(in.at("direction").get_ref<const std::string&>());
    if (!direction) return std::nullopt;
    call.direction = *direction;
    call.from = in.at("from").get<std::string>();
    call.to = in.at("to").get<std::string>();
    call.region = in.at("region").get<std::string>();
    call.plan = in.at("plan").get<std::string>();
    if (const json& number = in.at("number"); !number.is_null()) {
      call.number = telephony::PhoneNumber::from_e164(number.get_ref<const std::string&>());
    }
    call.line = in.at("line").get<std::string>();
    call.agents = in.at("agents").get<std::vector<std::string>>();
    if (const json& about = in.at("about"); !about.is_null()) call.about = id_from(about);
    call.about_pending = in.at("about_pending").get<bool>();
    call.started_at = time_from(in.at("started_at"));
    call.answered_at = optional_time(in.at("answered_at"));
    call.answered_by = in.at("answered_by").get<std::string>();
    call.ended_at = optional_time(in.at("ended_at"));
    call.answer = in.at("answer").get<std::string>();
    call.policy = in.at("policy").get<std::string>();
    call.shown = ids_from(in.at("shown"));
    for (const json& change : in.at("changes")) {
      call.changes.push_back({change.at("cause").get<std::string>(), time_from(change.at("at")),
                              change.at("answer").get<std::string>(), ids_from(change.at("shown"))});
    }
    for (const json& pick : in.at("picks")) {
      call.picks.push_back({ids_from(pick.at("records")), pick.at("name").get<std::string>(),
                            pick.at("agent").get<std::string>(), time_from(pick.at("at")),
                            optional_time(pick.at("undone_at")), pick.at("undone_by").get<std::string>()});
    }
    return call;
  });
}

std::string encode_picks(const NumberPicks& picks) {
  json out = json::array();
  for (const NumberPick& pick : picks) {
    out.push_back({{"record", pick.record.to_string()},
                   {"line", pick.line},
                   {"agent", pick.agent},
                   {"call", pick.call_id},
                   {"at", count(pick.at)}});
  }
  return dump(out);
}

std::optional<NumberPicks> decode_picks(std::string_view bytes) {
  return decoded<NumberPicks>(bytes, [](const json& in) -> std::optional<NumberPicks> {
    NumberPicks picks;
    for (const json& pick : in) {
      picks.push_back({id_from(pick.at("record")), pick.at("line").get<std::string>(),
                       pick.at("agent").get<std::string>(), pick.at("call").get<std::string>(),
                       time_from(pick.at("at"))});
    }
    return picks;
  });
}

}  // namespace ringdex::index
