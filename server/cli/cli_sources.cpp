#include "server/cli/cli_sources.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <thread>

#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

constexpr std::chrono::seconds kFollowInterval{1};
// A run that was asked for begins within moments; so long nothing may be seen of it.
constexpr int kLooksForStart = 10;

std::string path_of(const CliOptions& options, const std::string& action) {
  return "/v1/sources/" + text::percent_encoded(options.source) + "/" + action;
}

// The named source in the server's list; null if it is not there.
Json find_source(const Json& body, const std::string& id) {
  for (const Json& source : body.value("sources", Json::array())) {
    if (source.value("id", "") == id) return source;
  }
  return nullptr;
}

// On a terminal the line is written over the one before; in a file each has its own.
void show_progress(const std::string& line, bool terminal) {
  fmt::print(stderr, "{}{}{}", terminal ? "\r" : "", line, terminal ? "\x1b[K" : "\n");
  std::fflush(stderr);
}

// The run that was asked for after `run_before`; null while it has not begun. A delta becomes a full copy where there
// is no checkpoint.
Json find_run(const Json& body, const std::string& kind, std::uint64_t run_before) {
  for (const Json& run : body.value("runs", Json::array())) {
    const std::string is = run.value("kind", "");
    const bool wanted = is == kind || (kind == "delta" && is == "full");
    if (wanted && run.value("id", std::uint64_t{0}) > run_before) return run;
  }
  return nullptr;
}

// Shows how far the run is until it has ended; `run` becomes its report, or stays null if it was not seen to begin.
ExitCode follow(const CliOptions& options, std::uint64_t run_before, Json& run) {
  const bool terminal = isatty(STDERR_FILENO) == 1;
  for (int looks = 0;; ++looks) {
    const auto runs = get(options.server, "/v1/runs", {{"source", options.source}, {"limit", "100"}});
    if (runs.status != 200) return show(options, runs, runs_text);
    run = find_run(runs.body, options.kind, run_before);
    if (!run.is_null() && run.value("outcome", "") != "running") break;
    const auto sources = get(options.server, "/v1/sources");
    if (sources.status != 200) return show(options, sources, sources_text);
    const Json source = find_source(sources.body, options.source);
    const std::string state = source.is_object() ? source.value("state", "") : "";
    if (run.is_null() && looks >= kLooksForStart && state != "running" && state != "backing_off") break;
    if (source.is_object() && source.value("progress", Json()).is_object()) {
      show_progress(progress_text(source), terminal);
    }
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
    for (const Json& run : runs.body.value("runs", Json::array())) {
      if (run.value("outcome", "") != "running") run_before = std::max(run_before, run.value("id", std::uint64_t{0}));
    }
  }
  const auto answer = post(options.server, path_of(options, "sync"), {{"kind", options.kind}});
  if (!options.follow || answer.status != 202) {
    return show(options, answer,
                [&](const Json&) { return fmt::format("{} run of {} requested\n", options.kind, options.source); });
  }
  Json run;
  if (const ExitCode followed = follow(options, run_before, run); followed != ExitCode::ok) return followed;
  if (run.is_null()) {
    complain("no run was seen to begin; 'ringdex sources' tells why");
    return ExitCode::negative;
  }
  print(options.json ? run.dump(2) + "\n" : run_text(run));
  return run.value("outcome", "") == "finished" ? ExitCode::ok : ExitCode::negative;
}

ExitCode confirm_sweep(const CliOptions& options) {
  return show(options, post(options.server, path_of(options, "confirm"), Json::object()),
              [](const Json& body) { return fmt::format("{} records removed\n", body.value("removed", 0)); });
}

ExitCode switch_source(const CliOptions& options, const char* action) {
  return show(options, post(options.server, path_of(options, action), Json::object()),
              [&](const Json& body) { return fmt::format("{} is {}\n", options.source, body.value("mode", "")); });
}

ExitCode purge_source(const CliOptions& options) {
  return show(options, post(options.server, path_of(options, "purge"), {{"confirm", options.confirm}}),
              [](const Json& body) { return fmt::format("{} records forgotten\n", body.value("removed", 0)); });
}

ExitCode show_today(const CliOptions& options) {
  return show(options, get(options.server, path_of(options, "today")), today_text);
}

ExitCode preview_source(const CliOptions& options) {
  return show(options, post(options.server, path_of(options, "preview"), {{"records", options.limit}}), preview_text);
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
