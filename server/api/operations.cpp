#include "server/api/operations.h"

#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

HttpResponse one_word(std::string_view name, std::string_view word) {
  HttpResponse response;
  text::JsonWriter(response.body).open('{').member(name, word).close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> operation_routes(const index::Index& index, const Metrics& metrics,
                                        std::function<std::string(const std::string& account)> source_metrics) {
  const auto alive = [](const HttpRequest&) { return one_word("status", "ok"); };
  // The listener opens after the index, so a server that answers here answers lookups; a store that cannot be read
  // shows itself.
  const auto ready = [&index](const HttpRequest&) {
    const auto read = index.read().get("default", {"ready", index::RecordKind::contact, "?"});
    if (!read) return problem(503, "not_ready", read.error().message);
    return one_word("status", "ready");
  };
  const auto expose = [&metrics, source_metrics = std::move(source_metrics)](const HttpRequest& request) {
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics.text() + source_metrics(request.principal.account);
    return response;
  };
  const auto version = [](const HttpRequest&) { return one_word("version", RINGDEX_VERSION); };
  return {{.method = "GET", .path = "/healthz", .handler = alive, .open = true},
          {.method = "GET", .path = "/readyz", .handler = ready, .open = true},
          {.method = "GET", .path = "/metrics", .scope = Scope::metrics, .handler = expose},
          {.method = "GET", .path = "/v1/version", .scope = Scope::lookup, .handler = version}};
}

}  // namespace ringdex::server
