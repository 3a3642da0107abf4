#pragma once

#include <string_view>

namespace ringdex::sync {

// A base address that a CRM's answer names and that may be followed with a credential: https with a host and nothing
// behind it, or http on loopback, as the configuration allows too.
bool is_api_address(std::string_view url);

}  // namespace ringdex::sync
