#include "server/cli/cli.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>

#include "config/config.h"
#include "config/logging/log.h"
#include "server/access/api_keys.h"
#include "server/api/template_3cx.h"
#include "server/app.h"
#include "server/assembly/account_settings.h"
#include "server/cli/cli_client.h"
#include "server/cli/cli_options.h"
#include "server/cli/cli_output.h"
#include "server/cli/cli_sources.h"
#include "server/cli/cli_watch.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

using Options = CliOptions;
using Command = std::function<ExitCode(const Options&)>;

std::optional<config::Config> load_config(const Options& options) {
  auto loaded = config::load_file(options.config);
  for (const config::Problem& problem : loaded.problems)
    complain(fmt::format("{}: {}: {}", options.config, problem.place, problem.message));
  return loaded.config;
}

ExitCode serve(const Options& options) {
  const auto config = load_config(options);
  if (!config) return ExitCode::failed;
  log::write_to_stderr(config->log.level);
  auto app = App::start(*config, options.config);
  if (!app) {
    complain(app.error());
    return ExitCode::failed;
  }
  std::string lines;
  for (const std::string& address : (*app)->addresses()) {
    lines += fmt::format("ringdex {} serves {}\n", RINGDEX_VERSION, address);
  }
  print(lines);
  std::fflush(stdout);
  (*app)->run();
  return ExitCode::ok;
}

ExitCode check(const Options& options) {
  const auto config = load_config(options);
  if (!config) return ExitCode::negative;
  const telephony::NumberParser parser;
  if (const auto accounts = account_settings(*config, parser); !accounts) {
    for (const config::Problem& problem : accounts.error()) {
      complain(fmt::format("{}: {}: {}", options.config, problem.place, problem.message));
    }
    return ExitCode::negative;
  }
  print(fmt::format("{} is good: {} account(s), {} source(s)\n", options.config, config->accounts.size(),
                    config->sources.size()));
  return ExitCode::ok;
}

ExitCode ask_number(const Options& options, const char* path, const std::function<std::string(const Json&)>& text) {
  const auto answer = get(options.server, path,
                          {{"number", options.number.empty() ? " " : options.number},
                           {"region", options.region},
                           {"called", options.called},
                           {"plan", options.plan}});
  const ExitCode shown = show(options, answer, text);
  if (shown != ExitCode::ok) return shown;
  const Json& lookup = answer.body.contains("answer") ? answer.body["answer"] : answer.body;
  return lookup.value("match", "none") == "none" ? ExitCode::negative : ExitCode::ok;
}

ExitCode resync(const Options& options) {
  const auto answer =
      post(options.server, "/v1/records/" + text::percent_encoded(options.record) + "/resync", Json::object());
  const ExitCode shown = show(options, answer, resync_text);
  if (shown != ExitCode::ok) return shown;
  const std::string outcome = answer.body.value("outcome", "");
  return outcome == "unreachable" || outcome == "not_found" ? ExitCode::negative : ExitCode::ok;
}

// The keys' file of the configured data folder, so that the first key can be made before the server starts.
std::unique_ptr<ApiKeys> open_keys(const Options& options, std::optional<config::Config>& config) {
  config = load_config(options);
  if (!config) return nullptr;
  std::error_code error;
  std::filesystem::create_directories(config->data_dir, error);
  auto keys = std::make_unique<ApiKeys>(config->data_dir + "/keys.json");
  if (const auto loaded = keys->load(); !loaded) {
    complain(loaded.error());
    return nullptr;
  }
  return keys;
}

ExitCode create_key(const Options& options) {
  std::optional<config::Config> config;
  auto keys = open_keys(options, config);
  if (!keys) return ExitCode::failed;
  if (!config->accounts.contains(options.account)) {
    complain(fmt::format("no account '{}' in {}", options.account, options.config));
    return ExitCode::usage;
  }
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  const auto text = keys->create(options.account, options.scopes, options.note, now);
  if (!text) {
    complain(text.error());
    return ExitCode::failed;
  }
  print(options.json ? Json{{"key", *text}}.dump() + "\n" : *text + "\n");
  complain("keep this key: it is shown only now. A running server takes it within a second.");
  return ExitCode::ok;
}

ExitCode list_keys(const Options& options) {
  std::optional<config::Config> config;
  const auto keys = open_keys(options, config);
  if (!keys) return ExitCode::failed;
  Json all = Json::array();
  for (const ApiKey& key : keys->list()) {
    all.push_back({{"id", key.id},
                   {"account", key.account},
                   {"scopes", key.scopes},
                   {"note", key.note},
                   {"created_at", key.created_at}});
    if (!options.json)
      print(fmt::format("{}  {}  {}  {}\n", key.id, key.account, fmt::join(key.scopes, ","), key.note));
  }
  if (options.json) print(Json{{"keys", all}}.dump(2) + "\n");
  return ExitCode::ok;
}

ExitCode remove_key(const Options& options) {
  std::optional<config::Config> config;
  auto keys = open_keys(options, config);
  if (!keys) return ExitCode::failed;
  const auto removed = keys->remove(options.key_id);
  if (!removed) {
    complain(removed.error());
    return ExitCode::failed;
  }
  if (!*removed) complain(fmt::format("no key '{}'", options.key_id));
  return *removed ? ExitCode::ok : ExitCode::negative;
}

ExitCode list_calls(const Options& options) {
  const auto answer = get(options.server, "/v1/calls",
                          {{"number", options.number},
                           {"agent", options.agent},
                           {"record", options.record},
                           {"since", options.since},
                           {"until", options.until},
                           {"limit", std::to_string(options.limit)}});
  return show(options, answer, calls_text);
}

ExitCode show_call(const Options& options) {
  return show(options, get(options.server, "/v1/calls/" + text::percent_encoded(options.call)), call_text);
}

ExitCode watch(const Options& options) {
  return watch_events(options, [] { return std::chrono::system_clock::to_time_t(std::chrono::system_clock::now()); });
}

ExitCode write_template(const Options& options) {
  print(template_3cx(options.url, options.server.key));
  return ExitCode::ok;
}

ExitCode show_version(const Options& options) {
  print(options.json ? Json{{"version", RINGDEX_VERSION}}.dump() + "\n" : fmt::format("ringdex {}\n", RINGDEX_VERSION));
  return ExitCode::ok;
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
    with_config(add("check", "Check a config file and say all that is wrong with it", check));
    for (auto* command :
         {add("lookup", "Who has this number?",
              [](const Options& options) { return ask_number(options, "/v1/lookup", lookup_text); }),
          add("explain", "The same, with every step that led to the answer",
              [](const Options& options) { return ask_number(options, "/v1/explain", explain_text); })}) {
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
    auto* watching = with_server(add("watch", "Show calls as they ring, are picked and end, until Ctrl-C", watch));
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
    auto* create = with_json(with_config(add("create", "Make a key and show it once", create_key, key)));
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
