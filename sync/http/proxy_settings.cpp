#include "sync/http/proxy_settings.h"

#include <algorithm>
#include <charconv>

namespace ringdex::sync {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (problem != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

// "host", "host:port", "[v6]:port" -> host and, if there is one, port. False if it is none of them.
bool split_authority(std::string_view text, std::string& host, std::optional<std::uint16_t>& port) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = lower(text.substr(1, end - 1));
    rest = text.substr(end + 1);
  } else {
    const auto colon = text.find(':');
    host = lower(text.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (host.empty()) return false;
  if (rest.empty()) return true;
  if (!rest.starts_with(':')) return false;
  port = parse_port(rest.substr(1));
  return port.has_value();
}

std::string percent_decoded(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size(); ++at) {
    unsigned value = 0;
    if (text[at] == '%' && at + 2 < text.size() &&
        std::from_chars(text.data() + at + 1, text.data() + at + 3, value, 16).ptr == text.data() + at + 3) {
      result += static_cast<char>(value);
      at += 2;
    } else {
      result += text[at];
    }
  }
  return result;
}

std::optional<Proxy> parse_proxy(std::string_view text) {
  text = trim(text);
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos) {
    // Only the plain connection to a proxy is spoken; what goes through it is encrypted end to end.
    if (lower(text.substr(0, scheme)) != "http") return std::nullopt;
    text.remove_prefix(scheme + 3);
  }
  text = text.substr(0, text.find('/'));
  Proxy proxy;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = text.substr(0, at);
    const auto colon = user.find(':');
    proxy.user = percent_decoded(user.substr(0, colon));
    if (colon != std::string_view::npos) proxy.password = percent_decoded(user.substr(colon + 1));
    text.remove_prefix(at + 1);
  }
  std::optional<std::uint16_t> port;
  if (!split_authority(text, proxy.host, port)) return std::nullopt;
  proxy.port = port.value_or(80);
  return proxy;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string::npos);
}

// Whether one entry of NO_PROXY ("*", "example.com", ".example.com", "host:port") names the target.
bool entry_names(std::string_view entry, const HttpHost& target) {
  entry = trim(entry);
  if (entry.empty()) return false;
  if (entry == "*") return true;
  std::string host;
  std::optional<std::uint16_t> port;
  if (std::count(entry.begin(), entry.end(), ':') > 1 && !entry.starts_with('[')) {
    host = lower(entry);  // a bare IPv6 address
  } else if (!split_authority(entry, host, port)) {
    return false;
  }
  if (port && *port != target.port) return false;
  if (host.starts_with("*.")) host.erase(0, 1);
  if (host.starts_with('.')) host.erase(0, 1);
  return target.host == host || target.host.ends_with("." + host);
}

}  // namespace

std::optional<HttpHost> parse_http_host(std::string_view base_url) {
  HttpHost result;
  const auto scheme = base_url.find("://");
  if (scheme == std::string_view::npos) return std::nullopt;
  const std::string name = lower(base_url.substr(0, scheme));
  if (name != "http" && name != "https") return std::nullopt;
  result.tls = name == "https";
  base_url.remove_prefix(scheme + 3);
  while (base_url.ends_with('/')) base_url.remove_suffix(1);
  // A path, a user or a query has no place in the address of a whole CRM.
  if (base_url.find_first_of("/?#@ ") != std::string_view::npos) return std::nullopt;
  std::optional<std::uint16_t> port;
  if (!split_authority(base_url, result.host, port)) return std::nullopt;
  result.port = port.value_or(result.tls ? 443 : 80);
  return result;
}

std::optional<Proxy> proxy_for(const HttpHost& target,
                               const std::function<std::string(const std::string& name)>& environment) {
  const auto either = [&](const std::string& upper) {
    std::string value = environment(lower(upper));
    return value.empty() ? environment(upper) : value;
  };
  if (is_loopback(target.host)) return std::nullopt;
  const std::string exempt = either("NO_PROXY");
  std::string_view rest = exempt;
  while (!rest.empty()) {
    const auto comma = rest.find(',');
    if (entry_names(rest.substr(0, comma), target)) return std::nullopt;
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  std::string proxy = either(target.tls ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy.empty()) proxy = either("ALL_PROXY");
  if (proxy.empty()) return std::nullopt;
  return parse_proxy(proxy);
}

}  // namespace ringdex::sync
