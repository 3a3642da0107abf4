#include "server/api/keys.h"

#include <algorithm>

#include "config/logging/log.h"
#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kScopesMax = 4;
constexpr std::size_t kScopeBytesMax = 16;
constexpr std::size_t kNoteBytesMax = 200;

void write_key_members(text::JsonWriter& out, const ApiKey& key) {
  out.member("id", key.id).member("scopes", key.scopes).member("note", key.note);
  out.member("created_at", index::TimePoint(std::chrono::seconds(key.created_at)));
}

HttpResponse refusal_of(const KeyError& error) {
  switch (error.kind) {
    case KeyError::Kind::store:
      return store_failed(error.message);
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
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').key("keys").open('[');
  for (const ApiKey& key : all) {
    out.open('{');
    write_key_members(out, key);
    out.member("this_one", key.id == request.principal.key_id).close('}');
  }
  out.close(']').close('}');
  return response;
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
  std::string all_scopes;
  for (const std::string& scope : scopes) all_scopes.append(all_scopes.empty() ? "" : ", ").append(scope);
  log::info("account {}: key {} with {} was made over the API by {}", request.principal.account, id, all_scopes,
            request.principal.key_id.empty() ? "this machine" : request.principal.key_id);
  HttpResponse response;
  response.status = 201;
  text::JsonWriter out(response.body);
  out.open('{');
  write_key_members(out, {id, request.principal.account, scopes, note, "", seconds});
  out.member("key", *text).close('}');
  return response;
}

HttpResponse remove_key(ApiKeys& keys, const HttpRequest& request) {
  const std::string& id = request.parameters[0];
  if (const auto removed = keys.remove_by(request.principal, id); !removed) return refusal_of(removed.error());
  log::info("account {}: key {} was removed over the API by {}", request.principal.account, id,
            request.principal.key_id.empty() ? "this machine" : request.principal.key_id);
  HttpResponse response;
  text::JsonWriter(response.body).open('{').member("removed", id).close('}');
  return response;
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
