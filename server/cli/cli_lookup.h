#pragma once

#include "server/cli/cli.h"
#include "server/cli/cli_options.h"

namespace ringdex::server {

// The commands about callers and their calls, talking to the running server.
ExitCode look_up(const CliOptions& options);
ExitCode explain(const CliOptions& options);
ExitCode resync(const CliOptions& options);
ExitCode list_calls(const CliOptions& options);
ExitCode show_call(const CliOptions& options);

}  // namespace ringdex::server
