#include "server/cli/cli.h"

#include <CLI/CLI.hpp>
#include <chrono>
#include <ctime>
#include <functional>

#include "server/cli/cli_config.h"
#include "server/cli/cli_keys.h"
#include "server/cli/cli_lookup.h"
#include "server/cli/cli_options.h"
#include "server/cli/cli_serve.h"
#include "server/cli/cli_sources.h"
#include "server/cli/cli_template.h"
#include "server/cli/cli_watch.h"

namespace ringdex::server {
namespace {

using Options = CliOptions;
using Command = std::function<ExitCode(const Options&)>;

std::time_t now() {
  return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
}

class CommandLine {
 public:
  CommandLine() {
    app_.require_subcommand(1);
    app_.footer(
        "Exit codes: 0 done; 1 nobody found, problems found or not resynced; 2 wrong usage; 3 no server answers;\n"
        "4 the server refused; 5 the server could not start.\n"
        "RINGDEX_CONFIG, RINGDEX_SERVER and RINGDEX_KEY stand for --config, --server and --key.");
    with_config(add("serve", "Serve lookups and mirror the sources until SIGTERM", serve));
    with_config(add("check", "Check a config file and say all that is wrong with it", check_config));
    for (auto* command : {add("lookup", "Who has this number?", look_up),
                          add("explain", "The same, with every step that led to the answer", explain)}) {
      with_server(command);
      command->add_option("number", options_.number, "As the phone system sends it")->required();
      command->add_option("--region", options_.region, "Country of national numbers, such as US");
      command->add_option("--called", options_.called, "The called line, whose country counts");
      command->add_option("--plan", options_.plan, "How to read digits without a plus: auto, e164, national");
    }
    add_source_commands();
    auto* record = with_server(add("resync", "Fetch one record from its source now", resync));
    record->add_option("record", options_.record, "source:kind:external_id, such as zendesk-eu:contact:35436")
        ->required();
    auto* watching = with_server(add("watch", "Show calls as they ring, are picked and end, until Ctrl-C",
                                     [](const Options& options) { return watch_events(options, now); }));
    watching->add_option("--agent", options_.agent, "Only what concerns this agent");
    auto* calls = with_server(add("calls", "The last calls, and who was shown", list_calls));
    calls->add_option("--number", options_.number, "Only with this number");
    calls->add_option("--agent", options_.agent, "Only this agent's");
    calls->add_option("--record", options_.record, "Only about this record");
    calls->add_option("--since", options_.since, "From this time on, such as 2026-01-04T05:33:18Z");
    calls->add_option("--until", options_.until, "Before this time");
    calls->add_option("--limit", options_.limit, "How many");
    auto* call = with_server(add("call", "Who was shown and picked for a call, and why", show_call));
    call->add_option("call", options_.call, "Its id, as the phone system sent it")->required();
    add_key_commands();
    add_template_commands();
    with_json(add("version", "The version of this program", show_version));
  }

  int run(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::usage);
    }
    return static_cast<int>(chosen_(options_));
  }

 private:
  CLI::App* add(const std::string& name, const std::string& help, Command command, CLI::App* parent = nullptr) {
    CLI::App* added = (parent ? parent : &app_)->add_subcommand(name, help);
    added->callback([this, command = std::move(command)] { chosen_ = command; });
    return added;
  }
  CLI::App* with_json(CLI::App* command) {
    command->add_flag("--json", options_.json, "The answer as JSON");
    return command;
  }
  CLI::App* with_config(CLI::App* command) {
    command->add_option("--config", options_.config, "Config file")->capture_default_str();
    return command;
  }
  CLI::App* with_server(CLI::App* command) {
    command->add_option("--server", options_.server.url, "The running server")->capture_default_str();
    command->add_option("--key", options_.server.key, "API key");
    command->add_option("--ca", options_.server.ca_file, "Certificate to trust, for https");
    return with_json(command);
  }
  CLI::App* with_source(CLI::App* command) {
    command->add_option("source", options_.source, "Its id in the config")->required();
    return with_server(command);
  }
  void add_source_commands() {
    with_server(add("sources", "The sources and their state", list_sources));
    auto* sync = with_source(add("sync", "Start a run of a source now", sync_source));
    sync->add_option("--kind", options_.kind, "delta, full or sweep")->check(CLI::IsMember({"delta", "full", "sweep"}));
    sync->add_flag("--follow", options_.follow, "Show how far it is until it has ended");
    with_source(add("confirm", "Remove what the last listing of a source did not show", confirm_sweep));
    with_source(add("today", "What changed since midnight", show_today));
    auto* preview = with_source(add("preview", "Show a source's first records and store nothing", preview_source));
    preview->add_option("--limit", options_.limit, "How many");
    for (const auto& [action, help] : {std::pair{"pause", "Ask a source for no more pages; webhooks and resyncs go on"},
                                       {"resume", "End a pause"},
                                       {"disable", "Ask a source for nothing at all; its records stay"},
                                       {"enable", "Sync a disabled source again"}}) {
      with_source(add(action, help, [action](const Options& options) { return switch_source(options, action); }));
    }
    auto* purge = with_source(add("purge", "Forget all records of a disabled source", purge_source));
    purge->add_option("--confirm", options_.confirm, "The source's id once more")->required();
    auto* runs = with_server(add("runs", "What the last runs did", list_runs));
    runs->add_option("--source", options_.source, "Only this source's");
    runs->add_option("--limit", options_.limit, "How many");
    auto* run = with_server(add("run", "The report of one run", show_run));
    run->add_option("run", options_.run, "Its number, as 'runs' shows it")->required();
    auto* rejects = with_server(add("rejects", "What a run skipped, and why", list_rejects));
    rejects->add_option("run", options_.run, "Its number, as 'runs' shows it")->required();
  }
  void add_key_commands() {
    auto* key = app_.add_subcommand("key", "API keys, in the data folder of the config");
    key->require_subcommand(1);
    auto* create = with_json(with_config(add(
        "create", "Make a key and show it once", [](const Options& options) { return create_key(options, now()); },
        key)));
    create->add_option("--scope", options_.scopes, "lookup, agent, admin, metrics; repeat for several")->required();
    create->add_option("--account", options_.account, "Whose data it opens")->capture_default_str();
    create->add_option("--note", options_.note, "What it is for");
    with_json(with_config(add("list", "The keys, without their secrets", list_keys, key)));
    auto* remove = with_config(add("remove", "Take a key back", remove_key, key));
    remove->add_option("id", options_.key_id, "As 'key list' shows it")->required();
  }
  void add_template_commands() {
    auto* templates = app_.add_subcommand("template", "Files that phone systems import");
    templates->require_subcommand(1);
    auto* of_3cx = add("3cx", "The server-side CRM template of 3CX", write_template, templates);
    of_3cx->add_option("--url", options_.url, "How 3CX reaches this server, such as https://ringdex.acme.example");
    of_3cx->add_option("--key", options_.server.key, "API key with the scope lookup");
  }

  CLI::App app_{"ringdex: tells a phone system who is calling, from a mirror of the company's CRMs"};
  Options options_;
  Command chosen_;
};

}  // namespace

int run_command_line(int argc, char** argv) {
  return CommandLine().run(argc, argv);
}

}  // namespace ringdex::server
