#include "server/calls/call_json.h"

#include <algorithm>
#include <array>

#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

using index::Call;
using index::RecordId;

Json pick_json(const index::CallPick& pick) {
  return {{"record", pick.records.front().to_string()},
          {"name", pick.name},
          {"agent", pick.agent},
          {"at", text::format_iso_time(pick.at)}};
}

Json picks_json(const Call& call) {
  Json picks = Json::array();
  for (const index::CallPick& pick : call.picks) {
    Json one = pick_json(pick);
    if (pick.undone_at) {
      one["undone_at"] = text::format_iso_time(*pick.undone_at);
      one["undone_by"] = pick.undone_by;
    }
    picks.push_back(std::move(one));
  }
  return picks;
}

Json as_json(const std::string& text) {
  return Json::parse(text, nullptr, false);
}

// Where a record that was shown is to be found now.
Json attributed_json(const RecordId& asked, const index::IndexView& view, const std::string& account,
                     const AccountSettings& settings) {
  Json out = {{"record", asked.to_string()}, {"state", "current"}};
  const auto found = view.get(account, asked);
  const auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr;
  if (known == nullptr) {
    out["state"] = found && std::holds_alternative<index::UnknownRecord>(*found) ? "not_mirrored" : "deleted";
    out["source"] = asked.source;
    out["kind"] = to_string(asked.kind);
    out["external_id"] = asked.external_id;
    return out;
  }
  const index::Record& record = known->record;
  if (record.id != asked) {
    out["state"] = "merged";
    out["asked"] = asked.to_string();
    out["record"] = record.id.to_string();
  }
  const auto label = settings.source_labels.find(record.id.source);
  out["source"] = record.id.source;
  out["label"] = label == settings.source_labels.end() ? record.id.source : label->second;
  out["kind"] = to_string(record.id.kind);
  out["external_id"] = record.id.external_id;
  out["name"] = record.name.empty() ? record.organization : record.name;
  out["url"] = record.url;
  return out;
}

const char* state_of(const Call& call) {
  if (call.ended_at) return "ended";
  return call.answered_at ? "answered" : "ringing";
}

const char* to_text(SamePerson rules) {
  switch (rules) {
    case SamePerson::none:
      return "none";
    case SamePerson::name_number:
      return "name_number";
    case SamePerson::name_number_email_org:
      return "name_number_email_org";
  }
  return "none";
}

}  // namespace

Json call_json(const Call& call) {
  const index::CallPick* pick = call.pick();
  return {{"id", call.id},
          {"direction", to_string(call.direction)},
          {"from", call.from},
          {"to", call.to},
          {"line", call.line},
          {"agents", call.agents},
          {"about", call.about ? Json(call.about->to_string()) : Json(nullptr)},
          {"state", state_of(call)},
          {"started_at", text::format_iso_time(call.started_at)},
          {"answered_at", iso_or_null(call.answered_at)},
          {"answered_by", call.answered_by},
          {"ended_at", iso_or_null(call.ended_at)},
          {"picked", pick == nullptr ? Json(nullptr) : pick_json(*pick)}};
}

std::string told_text(const Call& call, const std::string& answer) {
  std::string text = "{\"call\":" + dump(call_json(call));
  if (answer.size() > 2) text.append(",").append(answer, 1, answer.size() - 2);
  return text + "}";
}

Json call_report(const Call& call, const index::IndexView& view, const AccountSettings& account) {
  Json changes = Json::array();
  for (const index::CallChange& change : call.changes) {
    changes.push_back(
        {{"cause", change.cause}, {"at", text::format_iso_time(change.at)}, {"answer", as_json(change.answer)}});
  }
  Json attribute = Json::array();
  for (const RecordId& id : call.attributed()) {
    Json one = attributed_json(id, view, call.account, account);
    // Two that were shown may be one by now.
    const bool is_known =
        std::ranges::any_of(attribute, [&](const Json& other) { return other["record"] == one["record"]; });
    if (!is_known) attribute.push_back(std::move(one));
  }
  return {{"call", call_json(call)},   {"answer", as_json(call.answer)}, {"changes", std::move(changes)},
          {"picks", picks_json(call)}, {"policy", as_json(call.policy)}, {"attribute", std::move(attribute)}};
}

std::string policy_text(const AccountSettings& account) {
  Json rules = Json::array();
  for (const PickRule rule : account.pick.rules) rules.push_back(to_string(rule));
  static constexpr std::array kScopes{"account", "called_line", "agent"};
  return dump({{"pick", std::move(rules)},
               {"source_order", account.pick.source_order},
               {"picked",
                {{"scope", kScopes[static_cast<std::size_t>(account.pick_memory.scope)]},
                 {"age_max_seconds", account.pick_memory.age_max.count() / 1'000}}},
               {"region", account.region},
               {"same_person", to_text(account.same_person)},
               {"unknown_caller", account.creates_unknown_callers ? "create" : "ignore"},
               {"on_miss", account.live_deadline ? "live" : "none"}});
}

std::vector<RecordId> shown_records(const LookupAnswer& answer) {
  std::vector<RecordId> records;
  if (answer.candidates.empty()) return records;
  const Candidate& shown = answer.candidates.front();
  for (std::size_t i = 0; i < shown.records; ++i) records.push_back(answer.found.cards[shown.first + i].id());
  return records;
}

}  // namespace ringdex::server
