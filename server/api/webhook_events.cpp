#include "server/api/webhook_events.h"

#include <fmt/core.h>

#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "sync/webhooks/webhook_event.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kEventsDefault = 50;
constexpr std::size_t kEventsMax = 500;

void write_event(text::JsonWriter& out, const sync::WebhookEvent& event) {
  out.open('{').member("number", event.number).member("source", event.source).member("type", event.type);
  event.kind ? out.member("kind", sync::to_string(*event.kind)) : out.null_member("kind");
  out.member("records", event.records);
  event.into.empty() ? out.null_member("into") : out.member("into", event.into);
  out.member("received_at", event.received_at).member("settled_at", event.settled_at);
  out.member("attempts", event.attempts)
      .member("outcome", event.outcome ? index::kEventOutcomeNames.name_of(*event.outcome) : "waiting");
  out.key("did").open('{').member("added", event.did.added).member("updated", event.did.updated);
  out.member("deleted", event.did.deleted).member("merged", event.did.merged).member("renamed", event.did.renamed);
  out.close('}').member("detail", event.detail).close('}');
}

void write_refused(text::JsonWriter& out, const sync::RefusedWebhooks& refused) {
  out.open('{').member("bad_signature", refused.bad_signature);
  out.member("outside_time_window", refused.outside_time_window).member("malformed", refused.malformed);
  out.member("not_supported", refused.not_supported).member("not_stored", refused.not_stored);
  out.member("last_at", refused.last_at).member("last_reason", refused.last_reason).close('}');
}

HttpResponse list_events(const index::Inbox& inbox, const sync::Sources& sources, const HttpRequest& request) {
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
  if (!events) return store_failed(events.error().message);
  const bool has_more = events->size() > *limit;
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("events").open('[');
  for (std::size_t i = 0; i < std::min(events->size(), *limit); ++i) {
    write_event(out, sync::webhook_event((*events)[i]));
  }
  out.close(']');
  has_more ? out.member("next", (*events)[*limit - 1].number) : out.null_member("next");
  out.key("refused");
  write_refused(out, sources.refused_webhooks(request.principal.account, source));
  out.close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> webhook_event_routes(const index::Inbox& inbox, const sync::Sources& sources) {
  return {{.method = "GET",
           .path = "/v1/webhooks",
           .scope = Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&inbox, &sources](const HttpRequest& request) { return list_events(inbox, sources, request); }}};
}

}  // namespace ringdex::server
