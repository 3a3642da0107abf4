#include "server/calls/call_actions.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "server/calls/call_service.h"
#include "telephony/text/json_value.h"

namespace ringdex::server {
namespace {

using index::Call;
using index::RecordId;
using Kind = CallError::Kind;

// The candidate of an answer that the record belongs to, the record in front.
std::vector<RecordId> candidate_of(const std::string& answer, const RecordId& asked, const RecordId& record) {
  std::vector<RecordId> records{record};
  const auto body = text::JsonDocument::parse(answer);
  if (!body) return records;
  for (const text::JsonView candidate : (*body)["candidates"]) {
    std::vector<RecordId> of_candidate;
    for (const text::JsonView one : candidate["records"]) {
      if (auto id = RecordId::parse(one["id"].text_or_empty())) of_candidate.push_back(*std::move(id));
    }
    const auto names = [&](const RecordId& id) { return std::ranges::find(of_candidate, id) != of_candidate.end(); };
    if (!names(asked) && !names(record)) continue;
    for (RecordId& id : of_candidate) {
      if (id != asked && id != record) records.push_back(std::move(id));
    }
    break;
  }
  return records;
}

}  // namespace

CallActions::CallActions(const index::Index& index, CallBook& book, LocalRecords& locals, Clock clock)
    : index_(index), book_(book), locals_(locals), clock_(std::move(clock)) {}

CallActions::Result CallActions::change(const std::string& account, const std::string& id,
                                        const std::function<CallBook::Edit(Call& call)>& edit) {
  auto changed = book_.change(account, id, clock_(), edit);
  if (!changed) return std::unexpected(call_error(changed.error()));
  if (!*changed) return std::unexpected(unknown_call(id));
  return **std::move(changed);
}

CallActions::Result CallActions::answered(const std::string& account, const std::string& id, const std::string& agent) {
  return change(account, id, [&](Call& call) -> CallBook::Edit {
    if (call.answered_at || call.ended_at) return {};
    call.answered_at = clock_();
    call.answered_by = agent;
    // The others' screens are to know that they need not show it any more.
    const bool is_new = !agent.empty() && std::ranges::find(call.agents, agent) == call.agents.end();
    if (is_new && call.agents.size() < CallService::kAgentsMax) call.agents.push_back(agent);
    return {"answered", {}, std::nullopt};
  });
}

CallActions::Result CallActions::ended(const std::string& account, const std::string& id) {
  return change(account, id, [&](Call& call) -> CallBook::Edit {
    if (call.ended_at) return {};
    call.ended_at = clock_();
    return {"ended", {}, std::nullopt};
  });
}

CallActions::Result CallActions::pick(const std::string& account, const std::string& id, const RecordId& record,
                                      const std::string& agent) {
  const auto found = index_.read().get(account, record);
  if (!found) return std::unexpected(call_error(found.error()));
  if (std::holds_alternative<index::UnknownRecord>(*found)) {
    return std::unexpected(
        CallError{Kind::unknown_record, fmt::format("no record {} was ever seen", record.to_string())});
  }
  if (std::holds_alternative<index::GoneRecord>(*found)) {
    return std::unexpected(
        CallError{Kind::deleted_record, fmt::format("{} was deleted in its source", record.to_string())});
  }
  const index::Record& survivor = std::get<index::KnownRecord>(*found).record;
  auto picked = change(account, id, [&](Call& call) -> CallBook::Edit {
    const std::string author = agent.empty() && call.agents.size() == 1 ? call.agents.front() : agent;
    // The same pick again, as after a lost answer, is no other.
    const index::CallPick* last = call.pick();
    if (last != nullptr && last->records.front() == survivor.id && last->agent == author) return {};
    const auto now = clock_();
    if (call.picks.size() >= kPicksMax) call.picks.erase(call.picks.begin());
    call.picks.push_back({.records = candidate_of(call.current_answer(), record, survivor.id),
                          .name = survivor.name.empty() ? survivor.organization : survivor.name,
                          .agent = author,
                          .at = now,
                          .undone_at = {},
                          .undone_by = {}});
    CallBook::Edit edit{"picked", {}, std::nullopt};
    if (call.number) {
      edit.number_picks =
          with_pick(book_.picks_of(account, *call.number), {survivor.id, call.line, author, call.id, now});
    }
    return edit;
  });
  if (!picked) return picked;
  // What agents decide outlives a loss of power, and so does whom they decided for.
  if (const auto synced = locals_.sync(survivor.id); !synced) return std::unexpected(call_error(synced.error()));
  if (const auto synced = book_.sync(); !synced) return std::unexpected(call_error(synced.error()));
  return picked;
}

CallActions::Result CallActions::undo_pick(const std::string& account, const std::string& id,
                                           const std::optional<RecordId>& record, const std::string& agent) {
  auto undone = change(account, id, [&](Call& call) -> CallBook::Edit {
    const index::CallPick* last = call.pick();
    if (last == nullptr || (record && last->records.front() != *record)) return {};
    index::CallPick& taken_back = call.picks[static_cast<std::size_t>(last - call.picks.data())];
    taken_back.undone_at = clock_();
    taken_back.undone_by = agent.empty() && call.agents.size() == 1 ? call.agents.front() : agent;
    CallBook::Edit edit{"picked", {}, std::nullopt};
    if (call.number) {
      edit.number_picks = without_pick(book_.picks_of(account, *call.number), call.id, taken_back.at);
    }
    return edit;
  });
  if (!undone) return undone;
  if (const auto synced = book_.sync(); !synced) return std::unexpected(call_error(synced.error()));
  return undone;
}

}  // namespace ringdex::server
