#include "server/api/webhooks.h"

#include "server/api/refusals.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

HttpResponse accept_webhook(sync::Sources& sources, Metrics& metrics, const HttpRequest& request) {
  sync::WebhookRequest hook;
  for (const NamedText& header : request.headers) hook.headers.emplace_back(header.name, header.value);
  hook.body = request.body;
  const auto accepted = sources.accept_webhook(request.parameters[0], request.parameters[1], hook);
  if (accepted) {
    metrics.webhook_accepted(accepted->events);
    HttpResponse response;
    text::JsonWriter out(response.body);
    out.open('{').member("accepted", accepted->events).member("ignored", accepted->ignored).close('}');
    return response;
  }
  metrics.webhook_refused();
  switch (accepted.error()) {
    case sync::WebhookFailure::malformed:
      return problem(400, "bad_webhook", "the signature is right, but the body is not an event of this source");
    case sync::WebhookFailure::not_stored: {
      // Zendesk repeats a 503 that says when; it does not repeat a 500.
      HttpResponse response = store_failed("the event could not be stored; send it again");
      response.headers.emplace_back("Retry-After", "30");
      return response;
    }
    case sync::WebhookFailure::refused:
    case sync::WebhookFailure::not_supported:
      break;
  }
  // The same for an unknown source, a missing and a wrong signature: it tells nothing.
  return problem(401, "unauthorized", "refused");
}

}  // namespace

std::vector<HttpRoute> webhook_routes(sync::Sources& sources, Metrics& metrics) {
  return {{.method = "POST",
           .path = "/webhooks/{account}/{source}",
           .runs_on = RunsOn::blocking,
           .handler = [&sources,
                       &metrics](const HttpRequest& request) { return accept_webhook(sources, metrics, request); },
           .open = true}};
}

}  // namespace ringdex::server
