#include "server/cli/cli_template.h"

#include <fmt/core.h>

#include "server/api/template_3cx.h"

namespace ringdex::server {

ExitCode write_template(const CliOptions& options) {
  print(template_3cx(options.url, options.server.key));
  return ExitCode::ok;
}

ExitCode show_version(const CliOptions& options) {
  print(options.json ? fmt::format("{{\"version\":\"{}\"}}\n", RINGDEX_VERSION)
                     : fmt::format("ringdex {}\n", RINGDEX_VERSION));
  return ExitCode::ok;
}

}  // namespace ringdex::server
