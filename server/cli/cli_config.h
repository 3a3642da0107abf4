#pragma once

#include <optional>

#include "config/config.h"
#include "server/cli/cli.h"
#include "server/cli/cli_options.h"

namespace ringdex::server {

// The config file that is given; nothing, with all that is wrong with it told.
std::optional<config::Config> load_config(const CliOptions& options);

ExitCode check_config(const CliOptions& options);

}  // namespace ringdex::server
