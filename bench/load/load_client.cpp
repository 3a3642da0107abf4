// Asks for random numbers at a constant rate, or as fast as the connections allow, and prints the latencies.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>

#include "bench/load/load_protocol.h"
#include "bench/load/load_run.h"
#include "bench/people.h"

namespace ringdex::bench {
namespace {

struct Options {
  LoadOptions load{.host = "127.0.0.1",
                   .port = 8480,
                   .connections = 16,
                   .rate = 0,
                   .warm_up = {},
                   .duration = {},
                   .people = 100'000,
                   .unknown_percent = 30,
                   .draw = 1,
                   .check = false};
  std::uint64_t seed = 1;
  double seconds = 5;
  double warm_up_seconds = 0.5;
  std::string protocol = "http";
  std::string path = "/v1/lookup?number={number}";
  bool connect_each_time = false;
  std::string base = "dc=ringdex";
  std::string user = "postgres", database = "postgres";
  std::string statement = "SELECT id, name, organization, label FROM phones WHERE number = $1";
  bool json = false;
};

struct Percentile {
  const char* name;
  const char* key;
  double percent;
};
constexpr Percentile kPercentiles[] = {
    {"p50", "p50", 50}, {"p90", "p90", 90}, {"p99", "p99", 99}, {"p99.9", "p999", 99.9}, {"p99.99", "p9999", 99.99}};

double microseconds(LatencyHistogram::Latency latency) {
  return static_cast<double>(latency.count()) / 1'000.0;
}

double rate_of(const LoadResult& result) {
  return result.seconds > 0 ? static_cast<double>(result.answers) / result.seconds : 0;
}
double mean_body(const LoadResult& result) {
  return result.answers > 0 ? static_cast<double>(result.body_bytes) / static_cast<double>(result.answers) : 0;
}

// One line, latencies in microseconds.
void print_json(const LoadResult& result) {
  fmt::print("{{\"answers\":{},\"rate\":{:.0f},\"errors\":{},\"wrong\":{},\"unanswered\":{},\"body_bytes\":{:.0f}",
             result.answers, rate_of(result), result.errors, result.wrong, result.unanswered, mean_body(result));
  for (const Percentile& one : kPercentiles)
    fmt::print(",\"{}\":{:.1f}", one.key, microseconds(result.latency.percentile(one.percent)));
  fmt::print(",\"max\":{:.1f},\"late_p50\":{:.1f},\"late_p99\":{:.1f},\"late_p999\":{:.1f}}}\n",
             microseconds(result.latency.max()), microseconds(result.lateness.percentile(50)),
             microseconds(result.lateness.percentile(99)), microseconds(result.lateness.percentile(99.9)));
}

void print_text(const LoadResult& result) {
  for (const Percentile& one : kPercentiles)
    fmt::print("{:<8}{:>12.1f} us\n", one.name, microseconds(result.latency.percentile(one.percent)));
  fmt::print("{:<8}{:>12.1f} us\n", "max", microseconds(result.latency.max()));
  fmt::print("{} answers, {:.0f} a second, {:.0f} bytes each; {} errors, {} wrong, {} unanswered\n", result.answers,
             rate_of(result), mean_body(result), result.errors, result.wrong, result.unanswered);
  if (result.lateness.count() > 0) {
    fmt::print("client itself late by {:.1f} us at p50, {:.1f} us at p99\n",
               microseconds(result.lateness.percentile(50)), microseconds(result.lateness.percentile(99)));
  }
}

void describe(CLI::App& app, Options& options) {
  LoadOptions& load = options.load;
  app.add_option("--host", load.host, "IPv4 address");
  app.add_option("--port", load.port);
  app.add_option("--protocol", options.protocol)
      ->check(CLI::IsMember({"http", "fastagi", "ldap", "redis", "postgres"}));
  app.add_option("--path", options.path, "HTTP path and query; {number} becomes the number");
  app.add_flag("--connect-each-time", options.connect_each_time, "HTTP with a connection for each request");
  app.add_option("--base", options.base, "where LDAP searches");
  app.add_option("--user", options.user, "PostgreSQL user, let in without a password");
  app.add_option("--database", options.database);
  app.add_option("--statement", options.statement, "prepared once per connection; $1 is the number");
  app.add_option("--connections", load.connections)->check(CLI::Range(1, 10'000));
  app.add_option("--rate", load.rate, "requests a second; 0: the next as soon as the answer came")
      ->check(CLI::Range(0, 10'000'000));
  app.add_option("--seconds", options.seconds)->check(CLI::PositiveNumber);
  app.add_option("--warm-up", options.warm_up_seconds, "seconds that are not counted")->check(CLI::NonNegativeNumber);
  app.add_option("--people", load.people)->check(CLI::Range(std::uint64_t{1}, People::kCountMax));
  app.add_option("--seed", options.seed, "of the people");
  app.add_option("--draw", load.draw, "another one asks for other numbers");
  app.add_option("--unknown-percent", load.unknown_percent)->check(CLI::Range(0, 100));
  app.add_flag("--check", load.check, "each answer must say rightly whether somebody has the number");
  app.add_flag("--json", options.json, "one line, latencies in microseconds");
}

std::unique_ptr<LoadProtocol> protocol_of(const Options& options) {
  if (options.protocol == "redis") return make_redis_protocol();
  if (options.protocol == "postgres") return make_postgres_protocol(options.user, options.database, options.statement);
  if (options.protocol == "fastagi") return make_fastagi_protocol(options.load.host);
  if (options.protocol == "ldap") return make_ldap_protocol(options.base);
  return make_http_protocol(options.load.host, options.path, options.connect_each_time);
}

int run(int argc, char** argv) {
  Options options;
  CLI::App app("Load client: the latencies of lookups of random numbers");
  describe(app, options);
  CLI11_PARSE(app, argc, argv);
  const auto nanoseconds = [](double seconds) { return std::chrono::nanoseconds(std::llround(seconds * 1e9)); };
  options.load.duration = nanoseconds(options.seconds);
  options.load.warm_up = nanoseconds(options.warm_up_seconds);
  const People people(options.seed);
  const auto protocol = protocol_of(options);
  const auto result = run_load(options.load, *protocol, people);
  if (!result) {
    fmt::print(stderr, "load_client: {}\n", result.error());
    return 1;
  }
  options.json ? print_json(*result) : print_text(*result);
  return result->errors + result->wrong + result->unanswered == 0 ? 0 : 3;
}

}  // namespace
}  // namespace ringdex::bench

int main(int argc, char** argv) {
  try {
    return ringdex::bench::run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "load_client: %s\n", problem.what());
    return 1;
  }
}
