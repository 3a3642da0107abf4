#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "config/config.h"
#include "server/assembly/routes.h"
#include "server/fastagi/fastagi_door.h"
#include "server/http/http_server.h"
#include "server/ldap/ldap_door.h"

namespace ringdex::server {

// What listens.
class Doors {
 public:
  explicit Doors(const config::HttpConfig& http) : public_url_(http.public_url, http.tls.has_value()) {}

  // Each once all that it asks is there. An error, for people, may leave some open; they are to be stopped.
  std::expected<void, std::string> open(const config::Config& config, const std::string& config_path,
                                        const Asked& asked, const Clock& clock);
  // Where they listen, as URLs; the first is of HTTP.
  std::vector<std::string> addresses(const config::Config& config) const;
  // Closes all of them, for at most `deadline` once the answers in hand are sent.
  void stop(std::chrono::milliseconds deadline);

 private:
  std::expected<void, std::string> open_fastagi(const config::FastAgiConfig& from, const Asked& asked,
                                                const Clock& clock);
  std::expected<void, std::string> open_ldap(const config::LdapConfig& from, const Asked& asked);

  const PublicUrl public_url_;          // for links that clients are given
  std::optional<HttpRouter> router_;    // knows the routes, and who may use them
  std::optional<HttpServer> http_;      // programs, desk phones, browsers
  std::optional<FastAgiDoor> fastagi_;  // Asterisk; nullopt if not configured
  std::optional<LdapDoor> ldap_;        // desk phones; nullopt if not configured
};

}  // namespace ringdex::server
