#include "server/api/calls.h"

#include <fmt/core.h>

#include <charconv>

#include "server/api/events.h"
#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "server/calls/call_json.h"
#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

using index::Call;
using index::CallQuery;

constexpr std::size_t kCallIdBytesMax = 255;
constexpr std::size_t kPartyBytesMax = 512;
constexpr std::size_t kCallsDefault = 50;
constexpr std::size_t kCallsMax = 200;

struct CallsApi {
  CallService& service;
  CallActions& actions;
  const index::Journal& journal;
  const index::Index& index;
  const LookupService& lookups;
};

HttpResponse failure(const CallError& error) {
  switch (error.kind) {
    case CallError::Kind::unknown_call:
      return problem(404, "call_unknown", error.message);
    case CallError::Kind::id_taken:
      return problem(409, "call_id_taken", error.message);
    case CallError::Kind::unknown_source:
      return problem(404, "source_unknown", error.message);
    case CallError::Kind::unknown_region:
      return problem(400, "unknown_region", error.message);
    case CallError::Kind::unknown_account:
      return problem(404, "unknown_account", error.message);
    case CallError::Kind::unknown_record:
      return problem(404, "record_unknown", error.message);
    case CallError::Kind::deleted_record:
      return problem(410, "record_deleted", error.message);
    case CallError::Kind::store:
      return store_failed(error.message);
  }
  return problem(500, "internal_error", error.message);
}

HttpResponse told(const std::expected<Call, CallError>& call) {
  if (!call) return failure(call.error());
  HttpResponse response;
  response.body = event_json(*call);
  return response;
}

// One agent or several, as one text or a list.
void read_agents(BodyFields& body, std::string_view name, std::vector<std::string>& agents) {
  const text::JsonView value = body.find(name);
  if (!value) return;
  const auto add = [&](text::JsonView agent) {
    if (const auto text = agent.text(); text && is_agent_name(*text)) return void(agents.emplace_back(*text));
    body.refuse(fmt::format(
        "'{}' must be an agent's name or a list of them, each of 1 to 64 bytes without control characters", name));
  };
  if (!value.is_list()) return add(value);
  if (value.size() > CallService::kAgentsMax) {
    return body.refuse(fmt::format("'{}' holds more than {} agents", name, CallService::kAgentsMax));
  }
  for (const text::JsonView agent : value) add(agent);
}

void read_about(BodyFields& body, RingRequest& ring) {
  const text::JsonView value = body.find("about");
  if (!value) return;
  BodyFields about(value, "about.");
  AboutRequest asked;
  asked.source = about.text("source", 63, Needed::yes);
  asked.external_id = about.text("external_id", 255, Needed::yes);
  if (const std::string kind = about.text("kind", 16); !kind.empty()) {
    asked.kind = index::record_kind_from(kind);
    if (!asked.kind) about.refuse("'about.kind' is contact, lead or local");
  }
  about.finish();
  body.take_refusal(about);
  ring.about = std::move(asked);
}

HttpResponse post_call(const CallsApi& api, const HttpRequest& request) {
  HttpResponse refusal;
  const auto json = read_object(request, refusal);
  if (!json) return refusal;
  BodyFields body(*json);
  RingRequest ring;
  ring.account = request.principal.account;
  ring.call_id = body.text("call_id", kCallIdBytesMax, Needed::yes);
  const std::string direction = body.text("direction", 16);
  ring.from = body.text("from", kPartyBytesMax);
  ring.to = body.text("to", kPartyBytesMax);
  ring.region = body.text("region", 16);
  ring.plan = body.text("plan", 16);
  // To make a CRM be asked for any record is more than a phone system's key allows.
  ring.may_fetch = request.principal.may(Scope::agent);
  read_agents(body, "agent", ring.agents);
  read_about(body, ring);
  body.finish();
  if (const auto known = index::call_direction_from(direction.empty() ? "inbound" : direction)) {
    ring.direction = *known;
  } else {
    body.refuse("'direction' is inbound or outbound");
  }
  if (!ring.plan.empty() && !telephony::plan_from(ring.plan)) body.refuse("'plan' is auto, e164 or national");
  if (ring.direction == index::CallDirection::outbound && ring.to.empty()) {
    body.refuse("'to' is missing: the number that is called");
  }
  if (body.refused()) return problem(400, "bad_call", *body.refused());
  const auto call = api.service.ring(ring);
  if (!call) return failure(call.error());
  // The answer is that of the ring, whatever became known after it.
  HttpResponse response;
  response.body = event_json(*call, call->answer);
  return response;
}

// The body of an action on a call, whose one text is an agent.
template <typename Act>
HttpResponse act(const HttpRequest& request, Act run) {
  HttpResponse refusal;
  const auto json = read_object(request, refusal);
  if (!json) return refusal;
  BodyFields body(*json);
  std::vector<std::string> agents;
  read_agents(body, "agent", agents);
  if (agents.size() > 1) body.refuse("'agent' must be one");
  const std::string agent = agents.empty() ? std::string() : agents.front();
  return run(body, request.principal.account, request.parameters[0], agent);
}

HttpResponse answer_call(const CallsApi& api, const HttpRequest& request) {
  return act(request,
             [&](BodyFields& body, const std::string& account, const std::string& id, const std::string& agent) {
               body.finish();
               if (body.refused()) return problem(400, "bad_field", *body.refused());
               return told(api.actions.answered(account, id, agent));
             });
}

HttpResponse end_call(const CallsApi& api, const HttpRequest& request) {
  return act(request, [&](BodyFields& body, const std::string& account, const std::string& id, const std::string&) {
    body.finish();
    if (body.refused()) return problem(400, "bad_field", *body.refused());
    return told(api.actions.ended(account, id));
  });
}

// {"record": "source:kind:external_id", "agent"?}; {"record": null} takes the last pick back, with "picked" only if it
// is of that record.
HttpResponse pick(const CallsApi& api, const HttpRequest& request) {
  return act(request,
             [&](BodyFields& body, const std::string& account, const std::string& id, const std::string& agent) {
               const bool is_undo = body.find("record").is_null();
               const std::string record = is_undo ? body.text("picked", 512) : body.text("record", 512, Needed::yes);
               body.finish();
               if (body.refused()) return problem(400, "bad_pick", *body.refused());
               if (is_undo && record.empty()) return told(api.actions.undo_pick(account, id, std::nullopt, agent));
               const auto parsed = index::RecordId::parse(record);
               if (parsed && is_undo) return told(api.actions.undo_pick(account, id, parsed, agent));
               if (!parsed) return bad_record_id();
               return told(api.actions.pick(account, id, *parsed, agent));
             });
}

HttpResponse get_call(const CallsApi& api, const HttpRequest& request) {
  const std::string& account = request.principal.account;
  const auto settings = api.lookups.settings(account);
  const auto call = api.journal.get(account, request.parameters[0]);
  if (!call) return store_failed(call.error().message);
  if (!*call || settings == nullptr) {
    return problem(404, "call_unknown",
                   fmt::format("no call '{}'; it may be older than calls are kept", request.parameters[0]));
  }
  HttpResponse response;
  text::JsonWriter out(response.body);
  write_call_report(out, **call, api.index.read(), *settings);
  return response;
}

// Milliseconds and id of the last call of a page.
std::string cursor_of(const Call& call) {
  return fmt::format("{}:{}", call.started_at.time_since_epoch().count(), call.id);
}

std::optional<std::pair<index::TimePoint, std::string>> read_cursor(std::string_view text) {
  std::int64_t time = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), time);
  if (error != std::errc{} || end == text.data() + text.size() || *end != ':') return std::nullopt;
  return std::pair(index::TimePoint(std::chrono::milliseconds(time)), std::string(end + 1, text.data() + text.size()));
}

// What of the query names one list; false if it is refused.
bool read_subject(const CallsApi& api, const HttpRequest& request, const AccountSettings& settings, CallQuery& query,
                  HttpResponse& refusal) {
  const std::string* number = request.parameter("number");
  const std::string* agent = request.parameter("agent");
  const std::string* record = request.parameter("record");
  if ((number != nullptr) + (agent != nullptr) + (record != nullptr) > 1) {
    refusal = problem(400, "bad_query", "ask for one of number, agent and record");
    return false;
  }
  if (number != nullptr) {
    query.number = api.lookups.read_number(settings, *number);
    if (!query.number) refusal = problem(400, "bad_number", fmt::format("'{}' is no phone number", *number));
    return query.number.has_value();
  }
  if (agent != nullptr) {
    if (!is_agent_name(*agent)) refusal = problem(400, "bad_agent", "'agent' is no agent's name");
    query.agent = *agent;
    return is_agent_name(*agent);
  }
  if (record == nullptr) return true;
  const auto id = index::RecordId::parse(*record);
  if (!id) {
    refusal = bad_record_id();
    return false;
  }
  query.records = {*id};
  // Calls stand under the id that the record had then.
  const auto found = api.index.read().get(request.principal.account, *id);
  if (const auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr) {
    query.records = known->aliases;
    query.records.push_back(known->record.id);
  }
  return true;
}

HttpResponse list_calls(const CallsApi& api, const HttpRequest& request) {
  const std::string& account = request.principal.account;
  const auto settings = api.lookups.settings(account);
  if (settings == nullptr) return problem(404, "unknown_account", fmt::format("no account '{}'", account));
  CallQuery query;
  HttpResponse refusal;
  if (!read_subject(api, request, *settings, query, refusal)) return refusal;
  for (const auto& [name, time] : {std::pair{"since", &query.since}, std::pair{"until", &query.until}}) {
    const std::string* text = request.parameter(name);
    if (text == nullptr) continue;
    *time = text::parse_iso_time(*text);
    if (!*time) return problem(400, "bad_time", fmt::format("'{}' is a time such as 2026-01-04T05:33:18Z", name));
  }
  if (const std::string* behind = request.parameter("behind")) {
    query.behind = read_cursor(*behind);
    if (!query.behind) return bad_cursor();
  }
  const auto limit = read_limit(request, kCallsDefault, kCallsMax);
  if (!limit) return problem(400, "bad_limit", fmt::format("limit is a number from 1 to {}", kCallsMax));
  query.calls_max = *limit;
  const auto calls = api.journal.list(account, query);
  if (!calls) return store_failed(calls.error().message);
  const index::IndexView view = api.index.read();
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("calls").open('[');
  for (const Call& call : *calls) write_call_report(out, call, view, *settings);
  out.close(']');
  const bool may_be_more = calls->size() == query.calls_max;
  may_be_more ? out.member("next", cursor_of(calls->back())) : out.null_member("next");
  out.close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> call_routes(CallService& service, CallActions& actions, const index::Journal& journal,
                                   const index::Index& index, const LookupService& lookups) {
  const CallsApi api{service, actions, journal, index, lookups};
  const auto route = [&api](const char* method, const char* path, Scope scope, RunsOn runs_on,
                            HttpResponse (*handler)(const CallsApi&, const HttpRequest&)) {
    return HttpRoute{.method = method,
                     .path = path,
                     .scope = scope,
                     .runs_on = runs_on,
                     .handler = [api, handler](const HttpRequest& request) { return handler(api, request); }};
  };
  // A phone system rings, answers and ends with a key for lookups; who picks and reads is an agent.
  const Scope system = Scope::lookup | Scope::agent;
  const Scope reader = Scope::agent | Scope::admin;
  return {route("POST", "/v1/calls", system, RunsOn::ringing, post_call),
          route("POST", "/v1/calls/{id}/answer", system, RunsOn::ringing, answer_call),
          route("POST", "/v1/calls/{id}/end", system, RunsOn::ringing, end_call),
          route("POST", "/v1/calls/{id}/pick", Scope::agent, RunsOn::blocking, pick),
          route("GET", "/v1/calls", reader, RunsOn::blocking, list_calls),
          route("GET", "/v1/calls/{id}", reader, RunsOn::blocking, get_call)};
}

}  // namespace ringdex::server
