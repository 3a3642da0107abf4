#include "server/cli/cli_sources.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "telephony/text/json_layout.h"
#include "telephony/text/json_writer.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

using text::JsonView;

constexpr std::chrono::seconds kFollowInterval{1};
// A run that was asked for begins within moments; so long nothing may be seen of it.
constexpr int kLooksForStart = 10;

std::string path_of(const CliOptions& options, const std::string& action) {
  return "/v1/sources/" + text::percent_encoded(options.source) + "/" + action;
}

std::string object_of(std::string_view name, const auto& value) {
  std::string json;
  text::JsonWriter(json).open('{').member(name, value).close('}');
  return json;
}

// The named source in the server's list; absent if it is not there.
JsonView find_source(JsonView body, std::string_view id) {
  for (const JsonView source : body["sources"]) {
    if (source["id"].text() == id) return source;
  }
  return {};
}

// On a terminal the line is written over the one before; in a file each has its own.
void show_progress(const std::string& line, bool terminal) {
  fmt::print(stderr, "{}{}{}", terminal ? "\r" : "", line, terminal ? "\x1b[K" : "\n");
  std::fflush(stderr);
}

bool is_running(JsonView run) {
  return run["outcome"].text() == "running";
}

// A run's report in a list of them.
struct ListedRun {
  ServerAnswer list;
  JsonView report;   // absent: it is not there
  std::string json;  // of the same
};

// The run that was asked for after `run_before`, if it has begun. A delta becomes a full copy where there is no
// checkpoint.
ListedRun find_run(ServerAnswer list, std::string_view kind, std::uint64_t run_before) {
  const JsonView runs = list.body["runs"];
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const JsonView run = runs.at(i);
    const std::string is = run["kind"].text_or_empty();
    const bool wanted = is == kind || (kind == "delta" && is == "full");
    if (!wanted || run["id"].natural().value_or(0) <= run_before) continue;
    std::string json(text::parts_of(text::member_of(list.text, "runs")).at(i).value);
    return {std::move(list), run, std::move(json)};
  }
  return {std::move(list), {}, {}};
}

// Shows how far the run is until it has ended; `run` becomes its report, or stays absent if it was not seen to begin.
ExitCode follow(const CliOptions& options, std::uint64_t run_before, ListedRun& run) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  for (int looks = 0;; ++looks) {
    auto runs = get(options.server, "/v1/runs", {{"source", options.source}, {"limit", "100"}});
    if (runs.status != 200) return show(options, runs, runs_text);
    run = find_run(std::move(runs), options.kind, run_before);
    if (run.report && !is_running(run.report)) break;
    const auto sources = get(options.server, "/v1/sources");
    if (sources.status != 200) return show(options, sources, sources_text);
    const JsonView source = find_source(sources.body, options.source);
    const std::string state = source["state"].text_or_empty();
    if (!run.report && looks >= kLooksForStart && state != "running" && state != "backing_off") break;
    if (source["progress"].is_object()) show_progress(progress_text(source), terminal);
    std::this_thread::sleep_for(kFollowInterval);
  }
  if (terminal) fmt::print(stderr, "\r\x1b[K");
  return ExitCode::ok;
}

}  // namespace

ExitCode list_sources(const CliOptions& options) {
  return show(options, get(options.server, "/v1/sources"), sources_text);
}

ExitCode sync_source(const CliOptions& options) {
  // The newest run that has ended: the one that is asked for comes after it, or is in hand and becomes what is asked.
  std::uint64_t run_before = 0;
  if (options.follow) {
    const auto runs = get(options.server, "/v1/runs", {{"source", options.source}, {"limit", "100"}});
    if (runs.status != 200) return show(options, runs, runs_text);
    for (const JsonView run : runs.body["runs"]) {
      if (!is_running(run)) run_before = std::max(run_before, run["id"].natural().value_or(0));
    }
  }
  const auto answer = post(options.server, path_of(options, "sync"), object_of("kind", options.kind));
  if (!options.follow || answer.status != 202) {
    return show(options, answer,
                [&](JsonView) { return fmt::format("{} run of {} requested\n", options.kind, options.source); });
  }
  ListedRun run;
  if (const ExitCode followed = follow(options, run_before, run); followed != ExitCode::ok) return followed;
  if (!run.report) {
    complain("no run was seen to begin; 'ringdex sources' tells why");
    return ExitCode::negative;
  }
  print(options.json ? text::indented(run.json, 2) + "\n" : run_text(run.report));
  return run.report["outcome"].text() == "finished" ? ExitCode::ok : ExitCode::negative;
}

ExitCode confirm_sweep(const CliOptions& options) {
  return show(options, post(options.server, path_of(options, "confirm")),
              [](JsonView body) { return fmt::format("{} records removed\n", body["removed"].natural().value_or(0)); });
}

ExitCode switch_source(const CliOptions& options, const char* action) {
  return show(options, post(options.server, path_of(options, action)),
              [&](JsonView body) { return fmt::format("{} is {}\n", options.source, body["mode"].text_or_empty()); });
}

ExitCode purge_source(const CliOptions& options) {
  return show(
      options, post(options.server, path_of(options, "purge"), object_of("confirm", options.confirm)),
      [](JsonView body) { return fmt::format("{} records forgotten\n", body["removed"].natural().value_or(0)); });
}

ExitCode show_today(const CliOptions& options) {
  return show(options, get(options.server, path_of(options, "today")), today_text);
}

ExitCode preview_source(const CliOptions& options) {
  return show(options, post(options.server, path_of(options, "preview"), object_of("records", options.limit)),
              preview_text);
}

ExitCode list_runs(const CliOptions& options) {
  const auto answer =
      get(options.server, "/v1/runs", {{"source", options.source}, {"limit", std::to_string(options.limit)}});
  return show(options, answer, runs_text);
}

ExitCode show_run(const CliOptions& options) {
  return show(options, get(options.server, fmt::format("/v1/runs/{}", options.run)), run_text);
}

ExitCode list_rejects(const CliOptions& options) {
  return show(options, get(options.server, fmt::format("/v1/runs/{}/rejects", options.run)), rejects_text);
}

}  // namespace ringdex::server
