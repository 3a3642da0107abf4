#pragma once

#include <functional>
#include <string>

#include "config/config.h"
#include "sync/mirror/sources.h"
#include "telephony/number/number_parser.h"

namespace ringdex::server {

// From one configured source to all that its threads need. The one place that names every connector.
sync::SourceSetup make_source(const config::SourceConfig& source, const config::AccountConfig& account,
                              const std::string& data_dir, const telephony::NumberParser& parser,
                              std::function<double()> draw);

}  // namespace ringdex::server
