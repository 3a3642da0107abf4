// Lookups in process, in an index that a server has filled and left: what loading the number table takes, and what a
// number that somebody has, and one that nobody has, then cost. Each lookup is timed alone, the clock included.
// One line of JSON; times in nanoseconds.

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

#include "bench/people.h"
#include "index/index.h"
#include "index/store/store.h"
#include "telephony/number/number_variants.h"

namespace ringdex::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kLookups = 200'000;
constexpr std::size_t kBlockCacheBytes = 64 << 20;
constexpr std::size_t kCardBytesMax = std::size_t{1536} << 20;
constexpr std::size_t kLoadStep = 10'000;

struct Times {
  std::int64_t p50, p99;
};

// `wrong` counts the answers that are not as expected.
Times measure(const index::Index& index, const std::vector<telephony::PhoneNumber>& numbers, bool known,
              std::size_t& wrong) {
  std::vector<std::int64_t> taken;
  taken.reserve(numbers.size());
  for (const auto number : numbers) {
    const auto begin = Clock::now();
    const index::IndexView view = index.read();
    const auto found = view.find("default", number, 25);
    taken.push_back((Clock::now() - begin).count());
    if (!found || (found->total > 0) != known) ++wrong;
  }
  std::ranges::sort(taken);
  return {taken[taken.size() / 2], taken[taken.size() * 99 / 100]};
}

int run(int argc, char** argv) {
  CLI::App app{"Lookups in process, in the index of a stopped server"};
  std::string folder;
  std::uint64_t people = 0;
  std::uint64_t seed = 1;
  app.add_option("FOLDER", folder, "the server's data_dir")->required();
  app.add_option("--people", people, "how many people are in it")->required();
  app.add_option("--seed", seed, "of the people");
  CLI11_PARSE(app, argc, argv);

  auto store = index::Store::open(
      {.path = folder + "/index", .block_cache_bytes = kBlockCacheBytes, .card_bytes_max = kCardBytesMax});
  if (!store) {
    fmt::print(stderr, "{}\n", store.error().message);
    return 1;
  }
  index::Index index(**store);
  const auto begin = Clock::now();
  for (bool done = false; !done;) {
    const auto step = index.load_table(kLoadStep);
    if (!step) {
      fmt::print(stderr, "{}\n", step.error().message);
      return 1;
    }
    done = *step;
  }
  const double loaded = std::chrono::duration<double>(Clock::now() - begin).count();

  const People all(seed);
  Draw draw(7);
  std::vector<telephony::PhoneNumber> known;
  std::vector<telephony::PhoneNumber> unknown;
  for (std::size_t one = 0; one < kLookups; ++one) {
    known.push_back(telephony::canonical(all.known_number(people, draw)));
    unknown.push_back(telephony::canonical(all.unknown_number(one * 7919)));
  }
  std::size_t wrong = 0;
  const Times miss = measure(index, unknown, false, wrong);
  const Times hit = measure(index, known, true, wrong);
  std::vector<std::int64_t> clock;
  for (std::size_t one = 0; one < kLookups; ++one) {
    const auto first = Clock::now();
    clock.push_back((Clock::now() - first).count());
  }
  std::ranges::sort(clock);
  fmt::print(R"({{"load_s":{:.1f},"table_mib":{},"hit_p50":{},"hit_p99":{},"miss_p50":{},"miss_p99":{},"clock":{},)"
             R"("wrong":{}}})"
             "\n",
             loaded, index.table_bytes() >> 20, hit.p50, hit.p99, miss.p50, miss.p99, clock[clock.size() / 2], wrong);
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace ringdex::bench

int main(int argc, char** argv) {
  return ringdex::bench::run(argc, argv);
}
