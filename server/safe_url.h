#pragma once

#include <string>
#include <string_view>

namespace ringdex::server {

// Percent-encodes all but RFC 3986's unreserved characters; `kept` stay as they are too.
std::string percent_encoded(std::string_view text, std::string_view kept = "");

// A record's page as a link for one-line clients: only http and https, and nothing in it that a dialplan or a SIP
// header would take for its own. Empty: there is no such link.
std::string safe_url(std::string_view url);

// A record id as it stands in a path: "zendesk-eu:contact:35436".
std::string id_in_url(std::string_view id);

}  // namespace ringdex::server
