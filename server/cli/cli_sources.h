#pragma once

#include "server/cli/cli.h"
#include "server/cli/cli_options.h"

namespace ringdex::server {

// The commands about sources and their runs, talking to the running server.
ExitCode list_sources(const CliOptions& options);
ExitCode sync_source(const CliOptions& options);  // with `follow`: until the run has ended, showing how far it is
ExitCode confirm_sweep(const CliOptions& options);
ExitCode switch_source(const CliOptions& options, const char* action);  // pause, resume, disable, enable
ExitCode purge_source(const CliOptions& options);
ExitCode show_today(const CliOptions& options);
ExitCode preview_source(const CliOptions& options);
ExitCode list_runs(const CliOptions& options);
ExitCode show_run(const CliOptions& options);
ExitCode list_rejects(const CliOptions& options);

}  // namespace ringdex::server
