#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "server/access/api_keys.h"
#include "server/access/trusted_networks.h"
#include "server/fastagi/fastagi_door.h"
#include "server/http/http_server.h"
#include "server/ldap/ldap_door.h"

// What the config says of the doors, as they need it.
namespace ringdex::server {

HttpServerOptions http_options(const config::HttpConfig& from, Clock clock);
FastAgiOptions fastagi_options(const config::FastAgiConfig& from, AgiAnswerOptions::Link jcard_link);
LdapOptions ldap_options(const config::LdapConfig& from);
TrustedNetworks trusted(const std::vector<config::NetworkConfig>& networks);

// A door that other machines reach needs keys, or networks that are trusted; the error says what to do.
std::expected<void, std::string> check_reach(const ApiKeys& keys, std::string_view door, const config::Listen& listen,
                                             const std::vector<config::NetworkConfig>& networks,
                                             const std::string& config_path);

// Whether browsers reach the console over TLS, by this server or by a proxy in front of it.
bool is_over_tls(const config::HttpConfig& http);
// "http://127.0.0.1:8480"
std::string address_text(std::string_view scheme, const config::Listen& listen, std::uint16_t port);

}  // namespace ringdex::server
