#include "server/http/http_router.h"

#include <fmt/core.h>

#include <algorithm>
#include <boost/asio/ip/address.hpp>

#include "config/logging/log.h"
#include "server/http/request_origin.h"
#include "telephony/text/base64.h"

namespace ringdex::server {
namespace {

bool is_parameter(const std::string& segment) {
  return segment.starts_with('{');
}

bool matches(const std::vector<std::string>& pattern, const ReusedList<std::string>& path) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (!is_parameter(pattern[i]) && pattern[i] != path[i]) return false;
  }
  return true;
}

// Simple clients send what they have only after a challenge that they know.
HttpResponse unauthorized(const HttpRoute& route, std::string_view detail) {
  HttpResponse response = problem(401, "unauthorized", detail);
  response.headers.emplace_back("WWW-Authenticate", route.simple_client ? "Basic realm=\"ringdex\"" : "Bearer");
  return response;
}

// The password of HTTP Basic (RFC 7617), or the name where there is no password.
std::string basic_key(std::string_view encoded) {
  constexpr std::size_t kEncodedMax = 1'024;
  const auto text = encoded.size() > kEncodedMax ? std::nullopt : text::base64_decode(encoded);
  if (!text) return {};
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos || colon + 1 == text->size()) return text->substr(0, colon);
  return text->substr(colon + 1);
}

std::string key_of(const HttpRequest& request, bool simple_client) {
  constexpr std::string_view kBearer = "Bearer ";
  constexpr std::string_view kBasic = "Basic ";
  const std::string* authorization = request.header("authorization");
  if (authorization != nullptr && authorization->starts_with(kBearer)) return authorization->substr(kBearer.size());
  if (const std::string* value = request.header("x-api-key")) return *value;
  if (!simple_client) return {};
  if (authorization != nullptr && authorization->starts_with(kBasic)) {
    return basic_key(std::string_view(*authorization).substr(kBasic.size()));
  }
  for (const std::string_view name : {"key", "auth_token"}) {
    if (const std::string* value = request.parameter(name)) return *value;
  }
  return {};
}

// For clients that would show the words as somebody's name.
void say_no_more(HttpResponse& response) {
  response.body.clear();
  response.content_type = "text/plain; charset=utf-8";
}

// A browser adds its cookie to whatever request another site's page makes it send.
bool may_use_cookie(const HttpRequest& request) {
  const bool only_reads = request.method == "GET" || request.method == "HEAD";
  return is_same_origin(request) && (only_reads || is_from_console(request));
}

template <typename Answer>
void answer_safely(const HttpRoute& route, HttpResponse& response, const Answer& answer) {
  try {
    answer();
  } catch (const std::exception& error) {
    log::error("{} {}: {}", route.method, route.path, error.what());
    response = problem(500, "internal_error", "the request could not be handled; the server's log says more");
    if (route.simple_client) say_no_more(response);
  }
}

bool is_address(std::string_view host) {
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  boost::asio::ip::make_address(std::string(host), error);
  return !error;
}

}  // namespace

HttpRouter::HttpRouter(std::vector<HttpRoute> routes, const ApiKeys& keys, HttpTrust trust,
                       const ConsoleSessions* sessions)
    : keys_(keys), trust_(std::move(trust)), sessions_(sessions) {
  for (HttpRoute& route : routes) {
    HttpRequest pattern;
    pattern.target = route.path;
    read_target(pattern);
    routes_.push_back({std::move(route), {pattern.path.begin(), pattern.path.end()}});
  }
}

const HttpRoute* HttpRouter::decide(HttpRequest& request, HttpResponse& refusal) const {
  const HttpRoute* simple = nullptr;
  const HttpRoute* route = find(request, refusal, simple);
  if (route != nullptr && !route->open && !authenticate(request, *route, refusal)) route = nullptr;
  if (route == nullptr && simple != nullptr) {
    say_no_more(refusal);
    if (simple->refusal_text) refusal.body = simple->refusal_text(request);
  }
  return route;
}

const HttpRoute* HttpRouter::find(HttpRequest& request, HttpResponse& refusal, const HttpRoute*& simple) const {
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  std::string allowed;
  for (const Compiled& candidate : routes_) {
    if (!matches(candidate.segments, request.path)) continue;
    if (candidate.route.simple_client) simple = &candidate.route;
    if (candidate.route.method == method) {
      for (std::size_t i = 0; i < candidate.segments.size(); ++i) {
        if (is_parameter(candidate.segments[i])) request.parameters.add() = request.path[i];
      }
      return &candidate.route;
    }
    allowed += (allowed.empty() ? "" : ", ") + candidate.route.method;
  }
  if (allowed.empty()) {
    refusal = problem(404, "no_such_path", "nothing is served at this path");
  } else {
    refusal = problem(405, "method_not_allowed", fmt::format("use {}", allowed));
    refusal.headers.emplace_back("Allow", allowed);
  }
  return nullptr;
}

// A network is trusted for what its phone systems ask themselves: not for what a proxy passes on, nor for a page in a
// browser there, which names the server as it likes (DNS rebinding).
bool HttpRouter::is_trusted(const HttpRequest& request) const {
  if (request.network_account == nullptr || is_forwarded(request) || is_cross_site(request)) return false;
  const std::string* host = request.header("host");
  if (host == nullptr) return true;
  std::string name(host_name(*host));
  for (char& letter : name) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  return names_loopback(name) || is_address(name) ||
         std::ranges::find(trust_.host_names, name) != trust_.host_names.end();
}

bool HttpRouter::authenticate(HttpRequest& request, const HttpRoute& route, HttpResponse& refusal) const {
  const std::string key = key_of(request, route.simple_client);
  if (key.empty() && route.simple_client && is_trusted(request)) {
    request.principal = {*request.network_account, static_cast<unsigned>(Scope::lookup), ""};
  } else if (!keys_.empty()) {
    const std::string* cookie = key.empty() && !route.simple_client ? request.header("cookie") : nullptr;
    auto principal = cookie == nullptr ? keys_.check(key) : signed_in(*cookie);
    if (!principal) {
      refusal = unauthorized(route, "send a valid API key as Authorization: Bearer");
      return false;
    }
    request.principal = *std::move(principal);
    if (cookie != nullptr && !may_use_cookie(request)) {
      refusal = problem(403, "cross_site", "a signed-in browser is let in for this server's own pages only");
      return false;
    }
  } else if (is_local_program(request)) {
    request.principal.account = "default";
    request.principal.scopes = kAllScopes;
    request.principal.key_id.clear();
    request.principal.session_id.clear();
  } else {
    refusal =
        unauthorized(route, "without API keys only local programs are served; make one with 'ringdex key create'");
    return false;
  }
  if (request.principal.may(route.scope)) return true;
  refusal = problem(403, "scope_missing", "the key does not have the scope that this needs");
  return false;
}

std::optional<Principal> HttpRouter::signed_in(std::string_view cookie) const {
  if (sessions_ == nullptr) return std::nullopt;
  auto session = sessions_->find(sessions_->cookie().token_in(cookie));
  if (!session || !keys_.still_lets_in(session->key_id)) return std::nullopt;
  return Principal{std::move(session->account), session->scopes, std::move(session->key_id), std::move(session->id)};
}

bool HttpRouter::still_lets_in(const Principal& principal) const {
  if (!keys_.still_lets_in(principal.key_id)) return false;
  return principal.session_id.empty() || (sessions_ != nullptr && sessions_->holds(principal.session_id));
}

void HttpRouter::run(const HttpRoute& route, const HttpRequest& request, HttpResponse& response) const {
  answer_safely(route, response, [&] { route.handler(request, response); });
}

void HttpRouter::run_later(const HttpRoute& route, HttpResponse& response) const {
  const auto later = std::exchange(response.later, nullptr);
  if (later != nullptr) answer_safely(route, response, [&] { later->write(response); });
}

}  // namespace ringdex::server
