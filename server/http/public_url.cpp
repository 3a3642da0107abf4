#include "server/http/public_url.h"

#include <algorithm>

namespace ringdex::server {
namespace {

bool is_host_and_port(const std::string& host) {
  constexpr std::size_t kHostBytesMax = 261;
  return !host.empty() && host.size() <= kHostBytesMax && std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':' || c == '[' || c == ']';
  });
}

}  // namespace

std::string PublicUrl::for_client(const HttpRequest& request) const {
  return is_configured() ? configured_ : as_named(request);
}

std::string PublicUrl::as_named(const HttpRequest& request) const {
  const std::string* host = request.header("host");
  const std::string scheme = has_tls_ ? "https://" : "http://";
  return scheme + (host != nullptr && is_host_and_port(*host) ? *host : "localhost");
}

}  // namespace ringdex::server
