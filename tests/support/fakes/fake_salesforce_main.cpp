// A fake Salesforce for people and scripts: serves made-up contacts and leads, takes commands on stdin and by
// POST /_fake/<command>.

#include "tests/support/fakes/fake_program.h"
#include "tests/support/fakes/fake_salesforce.h"

int main(int argc, char** argv) {
  using namespace ringdex::test_support;
  FakeSalesforceOptions options;
  FakeProgram program("A fake Salesforce with made-up contacts and leads", "people", options.port, options.latency);
  CLI::App& app = program.options();
  app.add_option("--client-id", options.client_id, "Consumer key that is let in");
  app.add_option("--client-secret", options.client_secret, "Consumer secret that is let in");
  app.add_option("--refresh-token", options.refresh_token, "Refresh token that is let in");
  app.add_option("--token", options.fixed_token, "An access token that never ends");
  app.add_option("--webhook-url", options.webhook_url, "Where signed webhooks go");
  app.add_option("--webhook-secret", options.webhook_secret, "What they are signed with");
  app.add_option("--daily-limit", options.daily_limit, "API requests a day");
  app.add_option("--batch-rows", options.batch_rows, "Rows in one answer at most");
  return program.run(argc, argv, [&] {
    FakeSalesforce salesforce(options);
    program.serve(salesforce.server(), salesforce.generate(program.count(), program.seed()));
  });
}
