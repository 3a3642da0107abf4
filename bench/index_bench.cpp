// Cost of the index in process: find by number, get by id, apply a page of 1000.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <random>
#include <string>

#include "index/index.h"
#include "tests/support/temp_dir.h"

namespace ringdex::index {
namespace {

constexpr std::int64_t kPage = 1000;
constexpr std::uint64_t kFirstNumber = 13100000000;

telephony::PhoneNumber number_of(std::int64_t which) {
  return telephony::PhoneNumber::from_packed(kFirstNumber + static_cast<std::uint64_t>(which) * 7);
}

Record person(std::int64_t which, std::int64_t version) {
  const std::string text = std::to_string(which);
  Record record;
  record.id = {"crm", RecordKind::contact, text};
  record.name = "Person Number " + text;
  record.organization = "Acme " + std::to_string(which % 500);
  record.emails = {"person" + text + "@acme.example"};
  record.phones = {{number_of(which).to_e164(), number_of(which), "mobile", ""}};
  record.url = "https://crm.example/contacts/" + text;
  record.version = version;
  return record;
}

ChangeBatch page(std::int64_t first, std::int64_t version) {
  ChangeBatch batch;
  batch.account = "default";
  batch.source = "crm";
  for (std::int64_t which = first; which < first + kPage; ++which) batch.upserts.push_back(person(which, version));
  batch.checkpoint = std::to_string(first + kPage);
  return batch;
}

void apply(Index& index, const ChangeBatch& batch) {
  if (const auto applied = index.apply(batch, {}, TimePoint(std::chrono::milliseconds(1))); !applied) {
    std::fprintf(stderr, "%s\n", applied.error().message.c_str());
    std::abort();
  }
}

struct Filled {
  tests::TempDir folder;
  std::unique_ptr<Store> store =
      Store::open(
          {.path = folder.file("store"), .block_cache_bytes = 256 << 20, .card_bytes_max = std::size_t{2} << 30})
          .value();
  Index index{*store};

  explicit Filled(std::int64_t records) {
    for (std::int64_t first = 0; first < records; first += kPage) apply(index, page(first, 1));
  }
};

// One filled index per size, kept for all measurements that only read.
Index& filled(std::int64_t records) {
  // A first store is opened and closed before the map is made, so that what RocksDB keeps for the whole process, made
  // then, outlives the stores in the map.
  static std::map<std::int64_t, Filled> kept = (Filled(0), std::map<std::int64_t, Filled>());
  return kept.try_emplace(records, records).first->second.index;
}

class Draw {
 public:
  explicit Draw(std::int64_t end) : which_(0, end - 1) {}
  std::int64_t next() { return which_(chance_); }

 private:
  std::mt19937_64 chance_{9};
  std::uniform_int_distribution<std::int64_t> which_;
};

void find_hit(benchmark::State& state) {
  const Index& index = filled(state.range(0));
  Draw draw(state.range(0));
  for (auto _ : state) {
    const auto found = index.read().find("default", number_of(draw.next()), 25);
    if (!found || found->total != 1) state.SkipWithError("not found");
  }
}

void find_miss(benchmark::State& state) {
  const Index& index = filled(state.range(0));
  Draw draw(state.range(0));
  for (auto _ : state) {
    const auto unknown = telephony::PhoneNumber::from_packed(number_of(draw.next()).packed() + 1);
    const auto found = index.read().find("default", unknown, 25);
    if (!found || found->total != 0) state.SkipWithError("found");
  }
}

void get(benchmark::State& state) {
  const Index& index = filled(state.range(0));
  Draw draw(state.range(0));
  for (auto _ : state) {
    const auto answer = index.read().get("default", {"crm", RecordKind::contact, std::to_string(draw.next())});
    if (!answer || !std::holds_alternative<KnownRecord>(*answer)) state.SkipWithError("not there");
  }
}

void apply_new_page(benchmark::State& state) {
  Filled own(state.range(0));
  std::int64_t first = state.range(0);
  for (auto _ : state) {
    state.PauseTiming();
    const ChangeBatch batch = page(first, 1);
    first += kPage;
    state.ResumeTiming();
    apply(own.index, batch);
  }
  state.SetItemsProcessed(state.iterations() * kPage);
}

void apply_unchanged_page(benchmark::State& state) {
  Filled own(state.range(0));
  const ChangeBatch batch = page(0, 1);
  for (auto _ : state) apply(own.index, batch);
  state.SetItemsProcessed(state.iterations() * kPage);
}

BENCHMARK(find_hit)->Arg(10'000)->Arg(100'000);
BENCHMARK(find_miss)->Arg(10'000)->Arg(100'000);
BENCHMARK(get)->Arg(10'000)->Arg(100'000);
BENCHMARK(apply_new_page)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(50);
BENCHMARK(apply_unchanged_page)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(50);

}  // namespace
}  // namespace ringdex::index
