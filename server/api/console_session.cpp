#include "server/api/console_session.h"

#include "config/logging/log.h"
#include "server/api/events.h"
#include "server/api/refusals.h"
#include "server/api/request_fields.h"
#include "server/http/request_origin.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kSecretBytesMax = 256;

struct ConsoleSessionApi {
  ConsoleSessions& sessions;
  const ApiKeys& keys;
  const PublicUrl& public_url;
};

std::string_view token_of(const ConsoleSessionApi& api, const HttpRequest& request) {
  const std::string* cookie = request.header("cookie");
  return cookie == nullptr ? std::string_view() : api.sessions.cookie().token_in(*cookie);
}

HttpResponse session_response(const Principal& principal, const ConsoleSession* session) {
  HttpResponse response;
  text::JsonWriter out(response.body);
  out.open('{').member("account", principal.account).key("scopes").open('[');
  for (const auto& [scope, name] : kScopeNames) {
    if (principal.may(scope)) out.text(name);
  }
  out.close(']').member("agent", session == nullptr ? "" : session->agent);
  session == nullptr ? out.null_member("expires_at") : out.member("expires_at", session->expires_at);
  out.member("signed_in", session != nullptr).close('}');
  return response;
}

HttpResponse get_session(const ConsoleSessionApi& api, const HttpRequest& request) {
  const auto session = api.sessions.find(token_of(api, request));
  // Without keys a session lets nobody in, but names the agent. With them, the request may have brought a key of its
  // own.
  const bool counts =
      session && (api.keys.empty() ? session->key_id.empty() : session->id == request.principal.session_id);
  return session_response(request.principal, counts ? &*session : nullptr);
}

// The agent's name of a body; false if it is none.
bool read_agent(BodyFields& body, std::string& agent) {
  agent = body.text("agent", kAgentNameBytesMax);
  return agent.empty() || is_agent_name(agent);
}

HttpResponse bad_agent() {
  return problem(400, "bad_agent", "'agent' is an agent's name of 1 to 64 bytes without control characters");
}

// Who signs in with what the request brings; nullopt with the refusal filled in.
std::optional<ConsoleSessions::Redeemed> who_signs_in(const ConsoleSessionApi& api, const HttpRequest& request,
                                                      HttpResponse& refusal) {
  const auto json = read_object(request, refusal);
  if (!json) return std::nullopt;
  BodyFields body(*json);
  const std::string key = body.text("key", kSecretBytesMax);
  const std::string code = body.text("code", kSecretBytesMax);
  ConsoleSessions::Redeemed who;
  const bool is_agent = read_agent(body, who.agent);
  body.finish();
  if (body.refused() || !is_agent) {
    refusal = is_agent ? problem(400, "bad_field", *body.refused()) : bad_agent();
    return std::nullopt;
  }
  if (!code.empty()) {
    auto redeemed = api.sessions.redeem(code);
    if (redeemed && api.keys.still_lets_in(redeemed->principal.key_id)) return redeemed;
    refusal = problem(401, "code_used", "this sign-in link was used before, is too old, or its key was removed");
    return std::nullopt;
  }
  if (!key.empty()) {
    if (auto principal = api.keys.check(key)) {
      who.principal = *std::move(principal);
      return who;
    }
  } else if (api.keys.empty() && is_local_program(request)) {
    who.principal = {"default", kAllScopes, "", ""};
    return who;
  }
  refusal = problem(401, "unauthorized", "no such key");
  return std::nullopt;
}

HttpResponse sign_in(const ConsoleSessionApi& api, const HttpRequest& request) {
  // Else another site could sign a browser in as somebody else.
  if (!is_same_origin(request) || !is_from_console(request)) {
    return problem(403, "cross_site", "only this server's own pages sign in, with the header X-Ringdex-Console");
  }
  HttpResponse refusal;
  const auto who = who_signs_in(api, request, refusal);
  if (!who) return refusal;
  if (!who->principal.may(Scope::agent | Scope::admin)) {
    return problem(403, "scope_missing", "the key has neither the scope agent nor admin");
  }
  // What the browser had before is not left open behind it.
  const auto opened = api.sessions.open(who->principal, who->agent, token_of(api, request));
  if (!opened) return store_failed(opened.error());
  log::info("console: account {}: signed in with key {}", who->principal.account,
            who->principal.key_id.empty() ? "-" : who->principal.key_id);
  HttpResponse response = session_response(who->principal, &opened->session);
  response.headers.emplace_back("Set-Cookie", api.sessions.cookie().set(opened->token, ConsoleSessions::kLifetime));
  return response;
}

HttpResponse sign_out(const ConsoleSessionApi& api, const HttpRequest& request) {
  if (const auto closed = api.sessions.close(token_of(api, request)); !closed) {
    return store_failed(closed.error());
  }
  HttpResponse response;
  response.status = 204;
  response.headers.emplace_back("Set-Cookie", api.sessions.cookie().clear());
  return response;
}

HttpResponse make_code(const ConsoleSessionApi& api, const HttpRequest& request) {
  // Else one link would be as good as a key: a browser that it signed in could make the next one, and so on.
  if (!request.principal.session_id.empty() && !request.principal.may(Scope::admin)) {
    return problem(403, "scope_missing", "a signed-in browser makes links with the scope admin only");
  }
  HttpResponse refusal;
  const auto json = read_object(request, refusal);
  if (!json) return refusal;
  BodyFields body(*json);
  std::string agent;
  const bool is_agent = read_agent(body, agent);
  body.finish();
  if (!is_agent) return bad_agent();
  if (body.refused()) return problem(400, "bad_field", *body.refused());
  const auto code = api.sessions.make_code(request.principal, agent);
  if (!code) return store_failed(code.error());
  // Behind the #, which browsers send to nobody and no log has.
  const std::string path = "/agent#code=" + code->text;
  HttpResponse response;
  response.status = 201;
  text::JsonWriter out(response.body);
  out.open('{').member("path", path).member("url", api.public_url.for_client(request) + path);
  out.member("agent", agent).member("expires_at", code->expires_at).close('}');
  return response;
}

}  // namespace

std::vector<HttpRoute> console_session_routes(ConsoleSessions& sessions, const ApiKeys& keys,
                                              const PublicUrl& public_url) {
  const ConsoleSessionApi api{sessions, keys, public_url};
  const auto handler = [&api](HttpResponse (*handle)(const ConsoleSessionApi&, const HttpRequest&)) {
    return [api, handle](const HttpRequest& request) { return handle(api, request); };
  };
  const std::string path = "/console/session";
  return {{.method = "GET", .path = path, .handler = handler(get_session)},
          {.method = "POST", .path = path, .runs_on = RunsOn::blocking, .handler = handler(sign_in), .open = true},
          {.method = "DELETE", .path = path, .runs_on = RunsOn::blocking, .handler = handler(sign_out)},
          {.method = "POST",
           .path = "/v1/sign-in-codes",
           .scope = Scope::agent | Scope::admin,
           .runs_on = RunsOn::blocking,
           .handler = handler(make_code)}};
}

}  // namespace ringdex::server
