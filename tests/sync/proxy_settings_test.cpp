#include "sync/http/proxy_settings.h"

#include <doctest/doctest.h>

#include <map>

using namespace ringdex::sync;

namespace {

std::optional<Proxy> proxy(const std::string& url, const std::map<std::string, std::string>& environment) {
  const auto host = parse_http_host(url);
  REQUIRE(host);
  return proxy_for(*host, [&](const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string() : found->second;
  });
}

}  // namespace

TEST_CASE("base addresses") {
  CHECK(parse_http_host("https://acme.zendesk.com") == HttpHost{true, "acme.zendesk.com", 443});
  CHECK(parse_http_host("https://Acme.Zendesk.com/") == HttpHost{true, "acme.zendesk.com", 443});
  CHECK(parse_http_host("http://127.0.0.1:8080") == HttpHost{false, "127.0.0.1", 8080});
  CHECK(parse_http_host("http://[::1]:8080") == HttpHost{false, "::1", 8080});
  for (const auto* text :
       {"", "acme.zendesk.com", "ftp://acme", "https://", "https://:443", "https://a:0", "https://a:65536",
        "https://a:x", "https://a/b", "https://u@a", "https://a?b", "https://[::1", "https://[::1]x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_http_host(text).has_value());
  }
}

TEST_CASE("the proxy of the scheme, in either case") {
  CHECK_FALSE(proxy("https://acme.example", {}));
  CHECK(proxy("https://acme.example", {{"HTTPS_PROXY", "http://proxy:3128"}}) == Proxy{"proxy", 3128, "", ""});
  CHECK(proxy("https://acme.example", {{"https_proxy", "proxy:3128"}}) == Proxy{"proxy", 3128, "", ""});
  CHECK(proxy("https://acme.example", {{"https_proxy", "http://us%65r:p%40ss@[::1]:3128/"}}) ==
        Proxy{"::1", 3128, "user", "p@ss"});
  CHECK(proxy("https://acme.example", {{"all_proxy", "proxy"}}) == Proxy{"proxy", 80, "", ""});
  CHECK_FALSE(proxy("https://acme.example", {{"HTTP_PROXY", "http://proxy:3128"}}));
  CHECK(proxy("http://acme.example", {{"HTTP_PROXY", "http://proxy:3128"}}) == Proxy{"proxy", 3128, "", ""});
  CHECK_FALSE(proxy("https://acme.example", {{"https_proxy", "socks5://proxy:1080"}}));
  CHECK_FALSE(proxy("https://acme.example", {{"https_proxy", "http://proxy:x"}}));
}

TEST_CASE("NO_PROXY and loopback are asked directly") {
  const auto direct = [](const std::string& url, const std::string& exempt) {
    return !proxy(url, {{"https_proxy", "p:1"}, {"http_proxy", "p:1"}, {"NO_PROXY", exempt}}).has_value();
  };
  CHECK(direct("https://acme.example", "acme.example"));
  CHECK(direct("https://eu.acme.example", "other, acme.example"));
  CHECK(direct("https://eu.acme.example", ".acme.example"));
  CHECK(direct("https://eu.acme.example", "*.acme.example"));
  CHECK(direct("https://acme.example", "*"));
  CHECK(direct("https://acme.example", "ACME.example:443"));
  CHECK_FALSE(direct("https://acme.example", "acme.example:8443"));
  CHECK_FALSE(direct("https://notacme.example", "acme.example"));
  CHECK_FALSE(direct("https://acme.example", "eu.acme.example,,"));
  CHECK(direct("http://127.0.0.1:80", ""));
  CHECK(direct("http://localhost:80", ""));
  CHECK(direct("http://[::1]:80", ""));
  CHECK_FALSE(direct("http://127.evil.example", ""));
  CHECK(direct("https://[fe80::1]", "fe80::1"));
}
