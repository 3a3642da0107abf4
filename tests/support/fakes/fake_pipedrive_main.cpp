// A fake Pipedrive for people and scripts: serves made-up persons, takes commands on stdin and by POST
// /_fake/<command>.

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_pipedrive.h"
#include "tests/support/fakes/fake_program.h"

namespace {

using ringdex::test_support::FakePipedrive;
using ringdex::test_support::FakePipedriveOptions;

const ringdex::test_support::FakeCommands kCommands = {
    {"merge", {"loser", "winner"}},
    {"delete", {"id"}},
    {"restore", {"id"}},
    {"rename", {"id", "name"}},
    {"phone", {"id", "phone"}},
    {"rename_organization", {"id", "name"}},
    {"delete_organization", {"id"}},
    {"add", {"phone", "name"}},
    {"lead", {"person", "title"}},
    {"archive", {"id"}},
    {"unarchive", {"id"}},
    {"delete_lead", {"id"}},
    {"stats", {}},
};

std::string run(FakePipedrive& pipedrive, const std::string& line) {
  std::string name;
  const auto arguments = ringdex::test_support::read_fake_command(line, kCommands, name);
  return pipedrive.command(name, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A fake Pipedrive with made-up persons");
  FakePipedriveOptions options;
  std::size_t persons = 1000;
  std::uint64_t seed = 1;
  std::uint64_t latency_ms = 0;
  bool vanish = false;
  app.add_option("--port", options.port, "Port on 127.0.0.1; 0 takes any free one");
  app.add_option("--persons", persons, "How many persons there are at the start; one in ten has a lead");
  app.add_option("--seed", seed, "The same seed gives the same persons");
  app.add_option("--token", options.api_token, "API token that is let in");
  app.add_option("--client-id", options.client_id, "OAuth client");
  app.add_option("--client-secret", options.client_secret, "Its secret");
  app.add_option("--refresh-token", options.refresh_token, "The first refresh token that is good");
  app.add_option("--webhook-url", options.webhook_url, "Where webhooks go");
  app.add_option("--webhook-user", options.webhook_user, "HTTP Basic user that they bring");
  app.add_option("--webhook-password", options.webhook_password, "HTTP Basic password that they bring");
  app.add_option("--burst-limit", options.burst_limit, "Requests within two seconds; 0: no limit");
  app.add_option("--daily-tokens", options.daily_tokens, "API tokens of a day; 0: no limit");
  app.add_option("--latency-ms", latency_ms, "Each answer waits this long");
  app.add_flag("--deleted-vanish", vanish, "Deleted persons are not listed as is_deleted");
  CLI11_PARSE(app, argc, argv);
  options.latency = std::chrono::milliseconds(latency_ms);
  options.deleted_are_listed = !vanish;

  try {
    FakePipedrive pipedrive(options);
    const auto ids = pipedrive.generate(persons, seed, true);
    std::cout << pipedrive.base_url() << std::endl;
    if (!ids.empty()) std::cout << "persons " << ids.front() << " to " << ids.back() << std::endl;
    ringdex::test_support::serve_fake([&](const std::string& line) { return run(pipedrive, line); });
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << std::endl;
    return 1;
  }
  return 0;
}
