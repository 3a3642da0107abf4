#pragma once

#include "server/cli/cli.h"
#include "server/cli/cli_options.h"

namespace ringdex::server {

// Serves until SIGTERM.
ExitCode serve(const CliOptions& options);

}  // namespace ringdex::server
