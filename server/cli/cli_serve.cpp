#include "server/cli/cli_serve.h"

#include <fmt/core.h>

#include <cstdio>

#include "config/logging/log.h"
#include "server/app.h"
#include "server/cli/cli_config.h"

namespace ringdex::server {

ExitCode serve(const CliOptions& options) {
  const auto config = load_config(options);
  if (!config) return ExitCode::failed;
  log::write_to_stderr(config->log.level);
  auto app = App::start(*config, options.config);
  if (!app) {
    complain(app.error());
    return ExitCode::failed;
  }
  std::string lines;
  for (const std::string& address : (*app)->addresses()) {
    lines += fmt::format("ringdex {} serves {}\n", RINGDEX_VERSION, address);
  }
  print(lines);
  std::fflush(stdout);
  (*app)->run();
  return ExitCode::ok;
}

}  // namespace ringdex::server
