#pragma once

#include "server/cli/cli.h"
#include "server/cli/cli_options.h"

namespace ringdex::server {

// The commands that need neither a server nor a config.
ExitCode write_template(const CliOptions& options);
ExitCode show_version(const CliOptions& options);

}  // namespace ringdex::server
