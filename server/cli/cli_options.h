#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "server/cli/cli.h"
#include "server/cli/cli_client.h"
#include "server/cli/cli_output.h"

namespace ringdex::server {

// What stands on the command line, for whichever command it is.
struct CliOptions {
  std::string config = "ringdex.json";
  ServerAddress server{.url = "http://127.0.0.1:8480", .key = "", .ca_file = ""};
  bool json = false;
  bool follow = false;
  std::string number, region, called, plan;
  std::string call, since, until;
  std::string record, source, kind = "delta", confirm;
  std::size_t limit = 20;
  std::uint64_t run = 0;
  std::string agent;
  std::string url;
  std::string account = "default", note, key_id;
  std::vector<std::string> scopes;

  // With what RINGDEX_CONFIG, RINGDEX_SERVER and RINGDEX_KEY say.
  CliOptions();
};

void print(const std::string& text);
void complain(const std::string& text);

// Prints the server's answer as asked; `words` says a good one for people.
ExitCode show(const CliOptions& options, const ServerAnswer& answer,
              const std::function<std::string(text::JsonView)>& words);

}  // namespace ringdex::server
