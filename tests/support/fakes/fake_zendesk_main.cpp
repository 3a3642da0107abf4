// A fake Zendesk for people and scripts: serves made-up users, takes commands on stdin and by POST /_fake/<command>.

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_program.h"
#include "tests/support/fakes/fake_zendesk.h"

namespace {

using ringdex::test_support::FakeZendesk;
using ringdex::test_support::FakeZendeskOptions;

const ringdex::test_support::FakeCommands kCommands = {
    {"merge", {"loser", "winner"}},
    {"delete", {"id"}},
    {"rename", {"id", "name"}},
    {"phone", {"id", "phone"}},
    {"role", {"id", "role"}},
    {"identity", {"id", "type", "value"}},
    {"rename_organization", {"id", "name"}},
    {"add", {"name and phone"}},
    {"user", {"id"}},
    {"stats", {}},
};

std::string run(FakeZendesk& zendesk, const std::string& line) {
  std::string name;
  auto arguments = ringdex::test_support::read_fake_command(line, kCommands, name);
  if (name == "add") {
    // A name has blanks and a phone may have; the phone begins at the first word with a digit, a plus or a bracket.
    const std::string rest = arguments["name and phone"];
    auto cut = rest.find_first_of("+(0123456789");
    arguments["phone"] = cut == std::string::npos ? "" : rest.substr(cut);
    while (cut != std::string::npos && cut > 0 && rest[cut - 1] == ' ') --cut;
    arguments["name"] = rest.substr(0, cut);
  }
  return zendesk.command(name, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A fake Zendesk with made-up users");
  FakeZendeskOptions options;
  options.leave_out_last_minute = false;
  std::size_t users = 1000;
  std::uint64_t seed = 1;
  std::uint64_t latency_ms = 0;
  bool last_minute = false;
  app.add_option("--port", options.port, "Port on 127.0.0.1; 0 takes any free one");
  app.add_option("--users", users, "How many users there are at the start");
  app.add_option("--seed", seed, "The same seed gives the same users");
  app.add_option("--email", options.email, "E-mail of the API token");
  app.add_option("--token", options.token, "API token that is let in");
  app.add_option("--webhook-url", options.webhook_url, "Where signed webhooks go");
  app.add_option("--webhook-secret", options.webhook_secret, "What they are signed with");
  app.add_option("--export-per-minute", options.export_per_minute, "Limit of the export; 0: none");
  app.add_option("--account-per-minute", options.account_per_minute, "Limit of all other requests; 0: none");
  app.add_option("--latency-ms", latency_ms, "Each answer waits this long");
  app.add_flag("--leave-out-last-minute", last_minute, "The export leaves out the last minute, as the real one does");
  app.add_flag("--no-sideload{false}", options.sideload_identities, "The export brings no identities");
  CLI11_PARSE(app, argc, argv);
  options.latency = std::chrono::milliseconds(latency_ms);
  options.leave_out_last_minute = last_minute;

  try {
    FakeZendesk zendesk(options);
    const auto ids = zendesk.generate(users, seed);
    std::cout << zendesk.base_url() << std::endl;
    if (!ids.empty()) std::cout << "users " << ids.front() << " to " << ids.back() << std::endl;
    ringdex::test_support::serve_fake([&](const std::string& line) { return run(zendesk, line); });
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << std::endl;
    return 1;
  }
  return 0;
}
