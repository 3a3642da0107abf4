#pragma once

#include <expected>
#include <string>
#include <vector>

#include "config/config.h"
#include "server/lookup/lookup_service.h"
#include "telephony/number/number_parser.h"

namespace ringdex::server {

// The configured accounts as lookups need them, or all that is wrong in them and only the number parser can tell:
// unknown regions, own numbers and called lines that are no numbers.
std::expected<Accounts, std::vector<config::Problem>> account_settings(const config::Config& config,
                                                                       const telephony::NumberParser& parser);

}  // namespace ringdex::server
