#pragma once

#include <ctime>
#include <functional>

#include "server/cli/cli.h"
#include "server/cli/cli_options.h"

namespace ringdex::server {

// Shows what happens to calls, a line each, until Ctrl-C, and comes back for what it missed when the connection ends.
// `now` is for events that do not say when they were.
ExitCode watch_events(const CliOptions& options, const std::function<std::time_t()>& now);

}  // namespace ringdex::server
