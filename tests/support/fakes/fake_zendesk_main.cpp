// A fake Zendesk for people and scripts: serves made-up users, takes commands on stdin and by POST /_fake/<command>.

#include "tests/support/fakes/fake_program.h"
#include "tests/support/fakes/fake_zendesk.h"

int main(int argc, char** argv) {
  using namespace ringdex::test_support;
  FakeZendeskOptions options;
  options.leave_out_last_minute = false;
  FakeProgram program("A fake Zendesk with made-up users", "users", options.port, options.latency);
  CLI::App& app = program.options();
  app.add_option("--email", options.email, "E-mail of the API token");
  app.add_option("--token", options.token, "API token that is let in");
  app.add_option("--webhook-url", options.webhook_url, "Where signed webhooks go");
  app.add_option("--webhook-secret", options.webhook_secret, "What they are signed with");
  app.add_option("--export-per-minute", options.export_per_minute, "Limit of the export; 0: none");
  app.add_option("--account-per-minute", options.account_per_minute, "Limit of all other requests; 0: none");
  app.add_flag("--leave-out-last-minute", options.leave_out_last_minute,
               "The export leaves out the last minute, as the real one does");
  app.add_flag("--no-sideload{false}", options.sideload_identities, "The export brings no identities");
  return program.run(argc, argv, [&] {
    FakeZendesk zendesk(options);
    program.serve(zendesk.server(), zendesk.generate(program.count(), program.seed()));
  });
}
