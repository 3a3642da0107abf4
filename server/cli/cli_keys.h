#pragma once

#include <ctime>

#include "server/cli/cli.h"
#include "server/cli/cli_options.h"

namespace ringdex::server {

// The commands about API keys, in the data folder of the config: no server needs to run.
ExitCode create_key(const CliOptions& options, std::time_t now);
ExitCode list_keys(const CliOptions& options);
ExitCode remove_key(const CliOptions& options);

}  // namespace ringdex::server
