#include "server/access/session_cookie.h"

#include <fmt/core.h>

namespace ringdex::server {

std::string_view SessionCookie::token_in(std::string_view cookie_header) const {
  while (!cookie_header.empty()) {
    const std::size_t end = cookie_header.find(';');
    std::string_view pair = cookie_header.substr(0, end);
    cookie_header.remove_prefix(end == std::string_view::npos ? cookie_header.size() : end + 1);
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.size() > name().size() && pair.starts_with(name()) && pair[name().size()] == '=') {
      return pair.substr(name().size() + 1);
    }
  }
  return {};
}

std::string SessionCookie::set(std::string_view token, std::chrono::seconds lifetime) const {
  return fmt::format("{}={}; Path=/; Max-Age={}; HttpOnly; SameSite=Strict{}", name(), token, lifetime.count(),
                     over_tls_ ? "; Secure" : "");
}

std::string SessionCookie::clear() const {
  return set("", std::chrono::seconds(0));
}

}  // namespace ringdex::server
