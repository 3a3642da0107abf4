#include "server/http_router.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace ringdex::server {
namespace {

constexpr unsigned kAllScopes = 0xff;

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

// The host name of a Host header, without its port.
std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool names_loopback(std::string_view host) {
  const std::string_view name = host_name(host);
  return name == "localhost" || name == "[::1]" || name == "127.0.0.1" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos);
}

// A request that a page of another site made a browser send.
bool is_cross_site(const HttpRequest& request) {
  const std::string* site = request.header("sec-fetch-site");
  if (site != nullptr && *site != "none" && *site != "same-origin") return true;
  const std::string* origin = request.header("origin");
  if (origin == nullptr) return false;
  const std::size_t scheme = origin->find("://");
  return scheme == std::string::npos || !names_loopback(std::string_view(*origin).substr(scheme + 3));
}

HttpResponse unauthorized(std::string_view detail) {
  HttpResponse response = problem(401, "unauthorized", detail);
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

std::string_view key_of(const HttpRequest& request) {
  constexpr std::string_view kBearer = "Bearer ";
  if (const std::string* value = request.header("authorization"); value && value->starts_with(kBearer)) {
    return std::string_view(*value).substr(kBearer.size());
  }
  if (const std::string* value = request.header("x-api-key")) return *value;
  return {};
}

}  // namespace

HttpRouter::HttpRouter(std::vector<HttpRoute> routes, const ApiKeys& keys) : keys_(keys) {
  for (HttpRoute& route : routes) {
    HttpRequest pattern;
    pattern.target = route.path;
    read_target(pattern);
    routes_.push_back({std::move(route), {pattern.path.begin(), pattern.path.end()}});
  }
}

const HttpRoute* HttpRouter::decide(HttpRequest& request, HttpResponse& refusal) const {
  const std::string_view method = request.method == "HEAD" ? "GET" : std::string_view(request.method);
  const Compiled* found = nullptr;
  std::string allowed;
  for (const Compiled& candidate : routes_) {
    if (!matches(candidate.segments, request.path)) continue;
    if (candidate.route.method == method) {
      found = &candidate;
      break;
    }
    allowed += (allowed.empty() ? "" : ", ") + candidate.route.method;
  }
  if (found == nullptr && !allowed.empty()) {
    refusal = problem(405, "method_not_allowed", fmt::format("use {}", allowed));
    refusal.headers.emplace_back("Allow", allowed);
    return nullptr;
  }
  if (found == nullptr) {
    refusal = problem(404, "no_such_path", "nothing is served at this path");
    return nullptr;
  }
  for (std::size_t i = 0; i < found->segments.size(); ++i) {
    if (is_parameter(found->segments[i])) request.parameters.add() = request.path[i];
  }
  const HttpRoute& route = found->route;
  if (route.open) return &route;
  if (!authenticate(request, refusal)) return nullptr;
  if (!request.principal.may(route.scope)) {
    refusal = problem(403, "scope_missing", "the key does not have the scope that this needs");
    return nullptr;
  }
  return &route;
}

bool HttpRouter::authenticate(HttpRequest& request, HttpResponse& refusal) const {
  if (!keys_.empty()) {
    auto principal = keys_.check(key_of(request));
    if (!principal) {
      refusal = unauthorized("send a valid API key as Authorization: Bearer");
      return false;
    }
    request.principal = std::move(*principal);
    return true;
  }
  // Without keys only programs on this machine are served: no proxy's clients, and no web page in a local browser,
  // whose requests bear another site's name.
  const std::string* host = request.header("host");
  const bool forwarded = request.header("x-forwarded-for") != nullptr || request.header("forwarded") != nullptr;
  if (!request.from_loopback || forwarded || is_cross_site(request) || (host != nullptr && !names_loopback(*host))) {
    refusal = unauthorized("without API keys only local programs are served; make one with 'ringdex key create'");
    return false;
  }
  request.principal.account = "default";
  request.principal.scopes = kAllScopes;
  request.principal.key_id.clear();
  return true;
}

void HttpRouter::run(const HttpRoute& route, const HttpRequest& request, HttpResponse& response) const {
  try {
    route.handler(request, response);
  } catch (const std::exception& error) {
    spdlog::error("{} {}: {}", route.method, route.path, error.what());
    response = problem(500, "internal_error", "the request could not be handled; the server's log says more");
  }
}

}  // namespace ringdex::server
