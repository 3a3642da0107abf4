#include "server/api/webhook_events.h"

#include <fmt/format.h>

#include "server/api/json_text.h"
#include "server/api/request_fields.h"
#include "sync/webhooks/webhook_event.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kEventsDefault = 50;
constexpr std::size_t kEventsMax = 500;

std::string_view outcome_text(const std::optional<index::EventOutcome>& outcome) {
  if (!outcome) return "waiting";
  switch (*outcome) {
    case index::EventOutcome::applied:
      return "applied";
    case index::EventOutcome::unchanged:
      return "unchanged";
    case index::EventOutcome::ignored:
      return "ignored";
    case index::EventOutcome::given_up:
      break;
  }
  return "given_up";
}

Json event_json(const sync::WebhookEvent& event) {
  return {{"number", event.number},
          {"source", event.source},
          {"type", event.type},
          {"kind", event.kind ? Json(sync::to_string(*event.kind)) : Json(nullptr)},
          {"records", event.records},
          {"into", event.into.empty() ? Json(nullptr) : Json(event.into)},
          {"received_at", iso_or_null(event.received_at)},
          {"settled_at", iso_or_null(event.settled_at)},
          {"attempts", event.attempts},
          {"outcome", outcome_text(event.outcome)},
          {"did",
           {{"added", event.did.added},
            {"updated", event.did.updated},
            {"deleted", event.did.deleted},
            {"merged", event.did.merged},
            {"renamed", event.did.renamed}}},
          {"detail", event.detail}};
}

Json refused_json(const sync::RefusedWebhooks& refused) {
  return {{"bad_signature", refused.bad_signature}, {"outside_time_window", refused.outside_time_window},
          {"malformed", refused.malformed},         {"not_supported", refused.not_supported},
          {"not_stored", refused.not_stored},       {"last_at", iso_or_null(refused.last_at)},
          {"last_reason", refused.last_reason}};
}

HttpResponse list_events(const index::Inbox& inbox, const sync::SyncScheduler& scheduler, const HttpRequest& request) {
  const auto limit = read_limit(request, kEventsDefault, kEventsMax);
  if (!limit) return problem(400, "bad_limit", fmt::format("limit is a number from 1 to {}", kEventsMax));
  std::optional<std::uint64_t> behind;
  if (const std::string* text = request.parameter("behind")) {
    behind = read_count(*text, UINT64_MAX);
    if (!behind) return bad_cursor();
  }
  const std::string* asked = request.parameter("source");
  const std::string source = asked ? *asked : "";
  // One more tells whether there is a next page.
  const auto events = inbox.history(request.principal.account, source, behind, *limit + 1);
  if (!events) return problem(503, "store_failed", events.error().message);
  const bool has_more = events->size() > *limit;
  Json listed = Json::array();
  for (std::size_t i = 0; i < std::min(events->size(), *limit); ++i) {
    listed.push_back(event_json(sync::webhook_event((*events)[i])));
  }
  return json_response({{"events", std::move(listed)},
                        {"next", has_more ? Json((*events)[*limit - 1].number) : Json(nullptr)},
                        {"refused", refused_json(scheduler.refused_webhooks(request.principal.account, source))}});
}

}  // namespace

std::vector<HttpRoute> webhook_event_routes(const index::Inbox& inbox, const sync::SyncScheduler& scheduler) {
  return {
      {.method = "GET",
       .path = "/v1/webhooks",
       .scope = Scope::admin,
       .runs_on = RunsOn::blocking,
       .handler = [&inbox, &scheduler](const HttpRequest& request) { return list_events(inbox, scheduler, request); }}};
}

}  // namespace ringdex::server
