// A fake Salesforce for people and scripts: serves made-up contacts and leads, takes commands on stdin and by
// POST /_fake/<command>.

#include <CLI/CLI.hpp>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_program.h"
#include "tests/support/fakes/fake_salesforce.h"

namespace {

using ringdex::test_support::FakeSalesforce;
using ringdex::test_support::FakeSalesforceOptions;

const ringdex::test_support::FakeCommands kCommands = {
    {"merge", {"loser", "winner"}},
    {"delete", {"id"}},
    {"restore", {"id"}},
    {"purge", {"id"}},
    {"convert", {"id"}},
    {"set", {"id", "field", "value"}},
    {"add", {"object", "phone", "name"}},
    {"expire_tokens", {}},
    {"stats", {}},
};

std::string run(FakeSalesforce& salesforce, const std::string& line) {
  std::string name;
  const auto arguments = ringdex::test_support::read_fake_command(line, kCommands, name);
  return salesforce.command(name, arguments);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A fake Salesforce with made-up contacts and leads");
  FakeSalesforceOptions options;
  std::size_t people = 1000;
  std::uint64_t seed = 1;
  std::uint64_t latency_ms = 0;
  app.add_option("--port", options.port, "Port on 127.0.0.1; 0 takes any free one");
  app.add_option("--people", people, "How many contacts and leads there are at the start");
  app.add_option("--seed", seed, "The same seed gives the same people");
  app.add_option("--client-id", options.client_id, "Consumer key that is let in");
  app.add_option("--client-secret", options.client_secret, "Consumer secret that is let in");
  app.add_option("--refresh-token", options.refresh_token, "Refresh token that is let in");
  app.add_option("--token", options.fixed_token, "An access token that never ends");
  app.add_option("--webhook-url", options.webhook_url, "Where signed webhooks go");
  app.add_option("--webhook-secret", options.webhook_secret, "What they are signed with");
  app.add_option("--daily-limit", options.daily_limit, "API requests a day");
  app.add_option("--batch-rows", options.batch_rows, "Rows in one answer at most");
  app.add_option("--latency-ms", latency_ms, "Each answer waits this long");
  CLI11_PARSE(app, argc, argv);
  options.latency = std::chrono::milliseconds(latency_ms);

  try {
    FakeSalesforce salesforce(options);
    const auto ids = salesforce.generate(people, seed);
    std::cout << salesforce.base_url() << std::endl;
    if (!ids.empty()) std::cout << "people " << ids.front() << " to " << ids.back() << std::endl;
    ringdex::test_support::serve_fake([&](const std::string& line) { return run(salesforce, line); });
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << std::endl;
    return 1;
  }
  return 0;
}
