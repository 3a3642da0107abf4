#include "server/cli/cli_serve.h"

#include <fmt/core.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>

#include "server/app.h"
#include "server/cli/cli_config.h"

namespace ringdex::server {
namespace {

void set_up_log(const config::LogConfig& log) {
  auto logger = spdlog::stderr_logger_mt("ringdex");
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog::level::from_str(log.level));
  logger->flush_on(spdlog::level::info);
  spdlog::set_default_logger(std::move(logger));
}

}  // namespace

ExitCode serve(const CliOptions& options) {
  const auto config = load_config(options);
  if (!config) return ExitCode::failed;
  set_up_log(config->log);
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
