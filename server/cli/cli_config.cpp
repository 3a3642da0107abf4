#include "server/cli/cli_config.h"

#include <fmt/core.h>

#include "server/assembly/account_settings.h"

namespace ringdex::server {
namespace {

void complain_of(const CliOptions& options, const config::Problem& problem) {
  complain(fmt::format("{}: {}: {}", options.config, problem.place, problem.message));
}

}  // namespace

std::optional<config::Config> load_config(const CliOptions& options) {
  auto loaded = config::load_file(options.config);
  for (const config::Problem& problem : loaded.problems) complain_of(options, problem);
  return loaded.config;
}

ExitCode check_config(const CliOptions& options) {
  const auto config = load_config(options);
  if (!config) return ExitCode::negative;
  const telephony::NumberParser parser;
  if (const auto accounts = account_settings(*config, parser); !accounts) {
    for (const config::Problem& problem : accounts.error()) complain_of(options, problem);
    return ExitCode::negative;
  }
  print(fmt::format("{} is good: {} account(s), {} source(s)\n", options.config, config->accounts.size(),
                    config->sources.size()));
  return ExitCode::ok;
}

}  // namespace ringdex::server
