#include "server/http/request_origin.h"

namespace ringdex::server {
namespace {

bool is_host_of(std::string_view origin, const std::string* host) {
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && host != nullptr && origin.substr(scheme + 3) == *host;
}

}  // namespace

std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool names_loopback(std::string_view host) {
  const std::string_view name = host_name(host);
  return name == "localhost" || name == "[::1]" || name == "127.0.0.1" ||
         (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos);
}

bool is_forwarded(const HttpRequest& request) {
  return request.header("x-forwarded-for") != nullptr || request.header("forwarded") != nullptr;
}

bool is_cross_site(const HttpRequest& request) {
  const std::string* site = request.header("sec-fetch-site");
  if (site != nullptr && *site != "none" && *site != "same-origin") return true;
  const std::string* origin = request.header("origin");
  if (origin == nullptr) return false;
  const std::size_t scheme = origin->find("://");
  return scheme == std::string::npos || !names_loopback(std::string_view(*origin).substr(scheme + 3));
}

bool is_local_program(const HttpRequest& request) {
  const std::string* host = request.header("host");
  return request.from_loopback && !is_forwarded(request) && !is_cross_site(request) &&
         (host == nullptr || names_loopback(*host));
}

bool is_same_origin(const HttpRequest& request) {
  if (const std::string* site = request.header("sec-fetch-site")) return *site == "same-origin" || *site == "none";
  const std::string* origin = request.header("origin");
  return origin == nullptr || is_host_of(*origin, request.header("host"));
}

bool is_from_console(const HttpRequest& request) {
  return request.header("x-ringdex-console") != nullptr;
}

}  // namespace ringdex::server
