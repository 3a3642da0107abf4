// A fake Pipedrive for people and scripts: serves made-up persons, one in ten with a lead; takes commands on stdin and
// by POST /_fake/<command>.

#include "tests/support/fakes/fake_pipedrive.h"
#include "tests/support/fakes/fake_program.h"

int main(int argc, char** argv) {
  using namespace ringdex::test_support;
  FakePipedriveOptions options;
  FakeProgram program("A fake Pipedrive with made-up persons", "persons", options.port, options.latency);
  CLI::App& app = program.options();
  app.add_option("--token", options.api_token, "API token that is let in");
  app.add_option("--client-id", options.client_id, "OAuth client");
  app.add_option("--client-secret", options.client_secret, "Its secret");
  app.add_option("--refresh-token", options.refresh_token, "The first refresh token that is good");
  app.add_option("--webhook-url", options.webhook_url, "Where webhooks go");
  app.add_option("--webhook-user", options.webhook_user, "HTTP Basic user that they bring");
  app.add_option("--webhook-password", options.webhook_password, "HTTP Basic password that they bring");
  app.add_option("--burst-limit", options.burst_limit, "Requests within two seconds; 0: no limit");
  app.add_option("--daily-tokens", options.daily_tokens, "API tokens of a day; 0: no limit");
  app.add_flag("--deleted-vanish{false}", options.deleted_are_listed, "Deleted persons are not listed as is_deleted");
  return program.run(argc, argv, [&] {
    FakePipedrive pipedrive(options);
    program.serve(pipedrive.server(), pipedrive.generate(program.count(), program.seed(), true));
  });
}
