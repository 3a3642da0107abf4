#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace ringdex::server {

// The cookie by which a browser shows that it is signed in (RFC 6265): no script reads it, no other site's page makes
// the browser send it. Where the server is reached over TLS alone, its name keeps it from being set by anybody who is
// not (__Host-, draft-ietf-httpbis-rfc6265bis). Pure.
class SessionCookie {
 public:
  explicit SessionCookie(bool over_tls) : over_tls_(over_tls) {}

  // What the Cookie header holds of it; empty: nothing.
  std::string_view token_in(std::string_view cookie_header) const;
  // Set-Cookie values.
  std::string set(std::string_view token, std::chrono::seconds lifetime) const;
  std::string clear() const;

 private:
  std::string_view name() const { return over_tls_ ? "__Host-ringdex" : "ringdex"; }
  const bool over_tls_;
};

}  // namespace ringdex::server
