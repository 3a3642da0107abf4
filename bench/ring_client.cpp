// Listens to events as many agents, rings at a constant rate, checks who is told what, and prints the latencies.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>

#include "bench/people.h"
#include "bench/ring_run.h"

namespace ringdex::bench {
namespace {

struct Options {
  RingOptions rings{.host = "127.0.0.1",
                    .port = 8480,
                    .agents = 1'000,
                    .account_listeners = 0,
                    .connections = 16,
                    .rate = 1'000,
                    .warm_up = {},
                    .duration = {},
                    .people = 100'000,
                    .unknown_percent = 30,
                    .draw = 1,
                    .creates = false};
  std::uint64_t seed = 1;
  double seconds = 5;
  double warm_up_seconds = 0.5;
  bool json = false;
};

double microseconds(LatencyHistogram::Latency latency) {
  return static_cast<double>(latency.count()) / 1'000.0;
}

double rate_of(const RingResult& result) {
  return result.seconds > 0 ? static_cast<double>(result.answers) / result.seconds : 0;
}

void print_json(const char* name, const LatencyHistogram& latency) {
  fmt::print(",\"{0}_p50\":{1:.1f},\"{0}_p99\":{2:.1f},\"{0}_p999\":{3:.1f},\"{0}_max\":{4:.1f}", name,
             microseconds(latency.percentile(50)), microseconds(latency.percentile(99)),
             microseconds(latency.percentile(99.9)), microseconds(latency.max()));
}

// One line, latencies in microseconds.
void print_json(const RingResult& result) {
  const RingFaults& faults = result.faults;
  fmt::print("{{\"answers\":{},\"rate\":{:.0f},\"events\":{},\"errors\":{},\"wrong\":{},\"unanswered\":{}",
             result.answers, rate_of(result), result.events, result.errors, result.wrong, result.unanswered);
  fmt::print(",\"disordered\":{},\"misplaced\":{},\"repeated\":{},\"strange\":{},\"lost\":{}", faults.disordered,
             faults.misplaced, faults.repeated, faults.strange, faults.lost);
  print_json("answer", result.answer);
  print_json("event", result.event);
  print_json("account", result.account_event);
  print_json("late", result.lateness);
  fmt::print("}}\n");
}

void print_text(const char* name, const LatencyHistogram& latency) {
  if (latency.count() == 0) return;
  fmt::print("{:<26}{:>11.1f}{:>11.1f}{:>11.1f}{:>11.1f}\n", name, microseconds(latency.percentile(50)),
             microseconds(latency.percentile(99)), microseconds(latency.percentile(99.9)), microseconds(latency.max()));
}

void print_text(const RingResult& result) {
  fmt::print("{:<26}{:>11}{:>11}{:>11}{:>11}\n", "microseconds", "p50", "p99", "p99.9", "max");
  print_text("ring to answer", result.answer);
  print_text("ring to event", result.event);
  print_text("ring to account's event", result.account_event);
  print_text("client itself late", result.lateness);
  fmt::print("{} answers, {:.0f} a second, {} events; {} errors, {} wrong, {} unanswered\n", result.answers,
             rate_of(result), result.events, result.errors, result.wrong, result.unanswered);
  const RingFaults& faults = result.faults;
  fmt::print("events: {} out of order, {} at the wrong listener, {} twice, {} strange, {} lost\n", faults.disordered,
             faults.misplaced, faults.repeated, faults.strange, faults.lost);
}

void describe(CLI::App& app, Options& options) {
  RingOptions& rings = options.rings;
  app.add_option("--host", rings.host, "IPv4 address");
  app.add_option("--port", rings.port);
  app.add_option("--listeners", rings.agents, "agents, each with a listener of its own")->check(CLI::Range(1, 100'000));
  app.add_option("--account-listeners", rings.account_listeners, "listeners of all calls")->check(CLI::Range(0, 1'000));
  app.add_option("--connections", rings.connections, "that ring")->check(CLI::Range(1, 10'000));
  app.add_option("--rate", rings.rate, "rings a second; 0: the listeners only listen")->check(CLI::Range(0, 1'000'000));
  app.add_option("--seconds", options.seconds)->check(CLI::PositiveNumber);
  app.add_option("--warm-up", options.warm_up_seconds, "seconds whose latencies are not counted")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--people", rings.people)->check(CLI::Range(std::uint64_t{1}, People::kCountMax));
  app.add_option("--seed", options.seed, "of the people");
  app.add_option("--draw", rings.draw, "another one rings with other numbers and call ids");
  app.add_option("--unknown-percent", rings.unknown_percent)->check(CLI::Range(0, 100));
  app.add_flag("--creates", rings.creates, "the server makes records of unknown callers");
  app.add_flag("--json", options.json, "one line, latencies in microseconds");
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Ring client: from a ring to its answer and to the event on its agent's screen");
  describe(app, options);
  CLI11_PARSE(app, argc, argv);
  const auto nanoseconds = [](double seconds) { return std::chrono::nanoseconds(std::llround(seconds * 1e9)); };
  options.rings.duration = nanoseconds(options.seconds);
  options.rings.warm_up = nanoseconds(options.warm_up_seconds);
  const People people(options.seed);
  const auto result = run_rings(options.rings, people);
  if (!result) {
    fmt::print(stderr, "ring_client: {}\n", result.error());
    return 1;
  }
  options.json ? print_json(*result) : print_text(*result);
  return result->errors + result->wrong + result->unanswered + result->faults.total() == 0 ? 0 : 3;
}

}  // namespace
}  // namespace ringdex::bench

int main(int argc, char** argv) {
  try {
    return ringdex::bench::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "ring_client: %s\n", problem.what());
    return 1;
  }
}
