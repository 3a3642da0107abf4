#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace ringdex::sync {

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string user;  // empty: none asked for
  std::string password;
  bool operator==(const Proxy&) const = default;
};

// A host as it stands in a URL, taken apart. Scheme http or https only; an IPv6 host loses its brackets.
struct HttpHost {
  bool tls = false;
  std::string host;
  std::uint16_t port = 0;
  bool operator==(const HttpHost&) const = default;
};
std::optional<HttpHost> parse_http_host(std::string_view base_url);

// Which proxy leads to `target`, by HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY in either case. Loopback is always
// asked directly. `environment` answers an unset name with an empty string.
std::optional<Proxy> proxy_for(const HttpHost& target,
                               const std::function<std::string(const std::string& name)>& environment);

}  // namespace ringdex::sync
