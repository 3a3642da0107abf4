#include "server/api/keys.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/logging/log.h"
#include "server/api/json_text.h"
#include "server/api/request_fields.h"
#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kScopesMax = 4;
constexpr std::size_t kScopeBytesMax = 16;
constexpr std::size_t kNoteBytesMax = 200;

Json key_json(const ApiKey& key) {
  return {{"id", key.id},
          {"scopes", key.scopes},
          {"note", key.note},
          {"created_at", text::format_iso_time(index::TimePoint(std::chrono::seconds(key.created_at)))}};
}

HttpResponse refusal_of(const KeyError& error) {
  switch (error.kind) {
    case KeyError::Kind::store:
      return problem(503, "store_failed", error.message);
    case KeyError::Kind::unknown_scope:
      return problem(400, "bad_scope", error.message);
    case KeyError::Kind::unknown_key:
      return problem(404, "key_unknown", error.message);
    case KeyError::Kind::asker_gone:
      return problem(401, "unauthorized", error.message);
    case KeyError::Kind::first_needs_admin:
      return problem(409, "first_key_needs_admin", error.message);
    case KeyError::Kind::last_key:
      return problem(409, "last_key", error.message);
    case KeyError::Kind::last_admin:
      return problem(409, "last_admin_key", error.message);
  }
  return problem(500, "internal_error", error.message);
}

HttpResponse list_keys(const ApiKeys& keys, const HttpRequest& request) {
  auto all = keys.list();
  std::erase_if(all, [&](const ApiKey& key) { return key.account != request.principal.account; });
  std::ranges::stable_sort(all, {}, &ApiKey::created_at);
  Json out = Json::array();
  for (const ApiKey& key : all) {
    Json one = key_json(key);
    one["this_one"] = key.id == request.principal.key_id;
    out.push_back(std::move(one));
  }
  return json_response({{"keys", std::move(out)}});
}

HttpResponse create_key(ApiKeys& keys, index::TimePoint now, const HttpRequest& request) {
  HttpResponse refusal;
  const auto body = read_object(request, refusal);
  if (!body) return refusal;
  BodyFields fields(*body);
  auto scopes = fields.texts("scopes", kScopesMax, kScopeBytesMax);
  const std::string note = fields.text("note", kNoteBytesMax);
  fields.finish();
  if (fields.refused()) return problem(400, "bad_key", *fields.refused());
  std::ranges::sort(scopes);
  scopes.erase(std::ranges::unique(scopes).begin(), scopes.end());
  if (scopes.empty()) {
    return problem(400, "bad_scope", "'scopes' must name at least one of lookup, agent, admin, metrics");
  }
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()).count();
  const auto text = keys.create_by(request.principal, scopes, note, seconds);
  if (!text) return refusal_of(text.error());
  const std::string id(ApiKeys::id_of(*text));
  log::info("account {}: key {} with {} was made over the API by {}", request.principal.account, id,
            fmt::join(scopes, ", "), request.principal.key_id.empty() ? "this machine" : request.principal.key_id);
  Json out = key_json({id, request.principal.account, scopes, note, "", seconds});
  out["key"] = *text;
  return json_response(out, 201);
}

HttpResponse remove_key(ApiKeys& keys, const HttpRequest& request) {
  const std::string& id = request.parameters[0];
  if (const auto removed = keys.remove_by(request.principal, id); !removed) return refusal_of(removed.error());
  log::info("account {}: key {} was removed over the API by {}", request.principal.account, id,
            request.principal.key_id.empty() ? "this machine" : request.principal.key_id);
  return json_response({{"removed", id}});
}

}  // namespace

std::vector<HttpRoute> key_routes(ApiKeys& keys, Clock clock) {
  return {{.method = "GET",
           .path = "/v1/keys",
           .scope = Scope::admin,
           .handler = [&keys](const HttpRequest& request) { return list_keys(keys, request); }},
          {.method = "POST",
           .path = "/v1/keys",
           .scope = Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&keys, clock = std::move(clock)](
                          const HttpRequest& request) { return create_key(keys, clock(), request); }},
          {.method = "DELETE",
           .path = "/v1/keys/{id}",
           .scope = Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = [&keys](const HttpRequest& request) { return remove_key(keys, request); }}};
}

}  // namespace ringdex::server
