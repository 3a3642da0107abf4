#include "server/calls/call_service.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "config/logging/log.h"
#include "server/calls/call_json.h"
#include "server/json/lookup_json.h"

namespace ringdex::server {
namespace {

using index::Call;
using Kind = CallError::Kind;

// A phone system that repeats itself does so soon; later the same id is another call's.
constexpr std::chrono::minutes kRepeatedAfterEnd{10};
constexpr std::chrono::hours kRepeatedAfterStart{24};

CallError of(const LookupError& error) {
  switch (error.kind) {
    case LookupError::Kind::unknown_region:
      return {Kind::unknown_region, error.message};
    case LookupError::Kind::unknown_account:
      return {Kind::unknown_account, error.message};
    case LookupError::Kind::store:
      break;
  }
  return {Kind::store, error.message};
}

}  // namespace

struct CallService::About {
  std::optional<index::Record> record;
  std::shared_ptr<Inquiry> fetch;  // nullptr if nobody is asked any more
};

std::expected<Call, CallError> CallService::ring(const RingRequest& request) {
  const auto known = book_.find(request.account, request.call_id);
  if (known && *known) return again(request, **known);

  const Metrics::Timer timer;
  auto about = find_about(request);
  if (!about) return std::unexpected(about.error());
  const LookupRequest lookup = lookup_request(request, about->record ? &*about->record : nullptr);
  // Who was clicked is known by his record alone, and not asked for by his number.
  auto search = request.about
                    ? CallerSearch::Result{search_.look(lookup), std::nullopt}
                    : search_.run(lookup, {.spent = std::chrono::floor<std::chrono::milliseconds>(timer.elapsed()),
                                           .creates = request.direction == index::CallDirection::inbound});
  counts_.count(Client::call, lookup, search, timer.elapsed());
  if (!search.answer) return std::unexpected(of(search.answer.error()));
  // Who has the number may be another than who was clicked.
  if (request.about && !about->record) {
    search.answer->withhold_default("who the call was started from is not here yet");
  }
  Call call = call_of(request, *search.answer, *about);
  // A view that is held keeps old versions in memory.
  search.answer = std::unexpected(LookupError{});

  auto opened = book_.open(call);
  if (!opened) {
    // Who calls is known all the same.
    log::error("a call could not be written down: {}", opened.error().message);
    return call;
  }
  if (!opened->is_new) return again(request, opened->call);
  metrics_.call_came(request.direction);
  if (request.about && !about->record) updates_.follow_about(request, about->fetch);
  updates_.follow_search(request, search.open);
  return std::move(opened->call);
}

// Whether the id is another call's: one with somebody else, or one that is over.
bool CallService::is_taken(const RingRequest& request, const Call& call) const {
  const auto now = search_.now();
  if (call.ended_at && now - *call.ended_at > kRepeatedAfterEnd) return true;
  if (now - call.started_at > kRepeatedAfterStart || request.direction != call.direction) return true;
  const RingRequest first = ring_of(call);
  if (other_party(request) == other_party(first)) return false;
  const auto answer = search_.look(lookup_request(request));
  const auto number = answer ? canonical_number(*answer) : std::nullopt;
  return !number || number != call.number;
}

// A call that is there already: the answer stays the one that it got, and another agent's screen may join.
std::expected<Call, CallError> CallService::again(const RingRequest& request, const Call& call) {
  if (is_taken(request, call)) {
    return std::unexpected(
        CallError{Kind::id_taken, fmt::format("call '{}' is there already, with another party or long over; a new call "
                                              "needs an id of its own",
                                              call.id)});
  }
  if (call.ended_at) return call;
  // What was to follow may have been lost with the process.
  const auto settings = search_.service().settings(request.account);
  const bool creates = settings != nullptr && settings->creates_unknown_callers &&
                       call.direction == index::CallDirection::inbound && !call.about;
  if (call.about_pending && request.about) updates_.follow_about(request, nullptr);
  if (creates && call.number && call.attributed().empty()) updates_.follow_search(request, {.to_create = true});

  const auto has = [](const Call& one, const std::string& agent) {
    return std::ranges::find(one.agents, agent) != one.agents.end();
  };
  if (std::ranges::all_of(request.agents, [&](const std::string& agent) { return has(call, agent); })) return call;
  auto joined = book_.change(request.account, call.id, search_.now(), [&](Call& now) -> CallBook::Edit {
    std::vector<std::string> joining;
    for (const std::string& agent : request.agents) {
      if (has(now, agent) || now.agents.size() >= kAgentsMax) continue;
      now.agents.push_back(agent);
      joining.push_back(agent);
    }
    if (joining.empty()) return {};
    return {"ringing", std::move(joining), std::nullopt};
  });
  if (joined && *joined) return **std::move(joined);
  if (!joined) log::error("an agent could not join a call: {}", joined.error().message);
  return call;
}

std::expected<CallService::About, CallError> CallService::find_about(const RingRequest& request) const {
  if (!request.about) return About{};
  const auto settings = search_.service().settings(request.account);
  if (settings == nullptr || !settings->source_labels.contains(request.about->source)) {
    return std::unexpected(CallError{Kind::unknown_source, fmt::format("no source '{}'", request.about->source)});
  }
  auto known = about_.find_or_fetch(request);
  if (known.fetch == nullptr) return About{std::move(known.record), nullptr};
  const auto permit = search_.permit_to_wait();
  const auto found = permit ? known.fetch->wait_for(settings->about_deadline) : std::nullopt;
  if (!found) return About{std::nullopt, std::move(known.fetch)};
  return About{*found ? about_.find(request) : std::nullopt, nullptr};
}

Call CallService::call_of(const RingRequest& request, const LookupAnswer& answer, const About& about) const {
  Call call;
  call.account = request.account;
  call.id = request.call_id;
  call.direction = request.direction;
  call.from = request.from;
  call.to = request.to;
  call.region = request.region;
  call.plan = request.plan;
  call.number = canonical_number(answer);
  call.line = search_.service().line_name(*answer.account, own_line(request));
  call.agents = request.agents;
  call.started_at = search_.now();
  call.answer = answer_text(answer);
  call.policy = policy_text(*answer.account);
  call.shown = shown_records(answer);
  if (request.about) {
    call.about = about.record ? about.record->id : ids_of(*request.about).front();
    call.about_pending = !about.record;
    // A ticket can be attributed to it also while it is not mirrored.
    if (!about.record) call.shown = {*call.about};
  }
  return call;
}

}  // namespace ringdex::server
