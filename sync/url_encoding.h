#pragma once

#include <string>
#include <string_view>

namespace ringdex::sync {

// Everything that has no place in a path or a query, percent-encoded (RFC 3986, section 2.3 names what stays).
std::string url_encoded(std::string_view text);

// A base address that a CRM's answer names and that may be followed with a credential: https with a host and nothing
// behind it, or http on loopback, as the configuration allows too.
bool is_api_address(std::string_view url);

}  // namespace ringdex::sync
