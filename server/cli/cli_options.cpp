#include "server/cli/cli_options.h"

#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>

#include "telephony/text/json_layout.h"

namespace ringdex::server {

// CLI11 would read an environment variable also for the commands that were not given, over what was given.
CliOptions::CliOptions() {
  const auto take = [](const char* name, std::string& value) {
    if (const char* given = std::getenv(name); given != nullptr && *given != '\0') value = given;
  };
  take("RINGDEX_CONFIG", config);
  take("RINGDEX_SERVER", server.url);
  take("RINGDEX_KEY", server.key);
}

void print(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void complain(const std::string& text) {
  fmt::print(stderr, "ringdex: {}\n", text);
}

ExitCode show(const CliOptions& options, const ServerAnswer& answer,
              const std::function<std::string(text::JsonView)>& words) {
  if (answer.status == 0) {
    complain(answer.error);
    return ExitCode::unreachable;
  }
  if (answer.status >= 400) {
    if (options.json) print(text::indented(answer.text, 2) + "\n");
    complain(problem_text(answer.body));
    return ExitCode::refused;
  }
  print(options.json ? text::indented(answer.text, 2) + "\n" : words(answer.body));
  return ExitCode::ok;
}

}  // namespace ringdex::server
