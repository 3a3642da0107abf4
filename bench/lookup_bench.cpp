// Cost of one lookup in process over 100,000 records: the service alone, the answer as JSON text, and all that stands
// between the socket and them.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "index/index.h"
#include "index/store.h"
#include "server/account_settings.h"
#include "server/api/lookup.h"
#include "server/http_message.h"
#include "server/http_router.h"
#include "server/lookup_service.h"
#include "server/metrics.h"
#include "telephony/number_parser.h"
#include "tests/support/temp_dir.h"

namespace ringdex::server {
namespace {

using telephony::PhoneNumber;

constexpr std::uint64_t kRecords = 100'000;
constexpr std::uint64_t kPage = 1'000;
constexpr std::uint64_t kFirstNumber = 13'102'000'000;
constexpr std::uint64_t kNumberStep = 7;  // the numbers between are nobody's
constexpr std::uint64_t kSharedNumber = 442'079'460'100;
constexpr std::uint64_t kSharers = 5;
constexpr index::TimePoint kNow{std::chrono::milliseconds(1'767'505'998'000)};

PhoneNumber number_of(std::uint64_t which) {
  return PhoneNumber::from_packed(kFirstNumber + which * kNumberStep);
}

index::Record person(std::uint64_t which, PhoneNumber number) {
  const std::string text = std::to_string(which);
  index::Record record;
  record.id = {"crm", index::RecordKind::contact, text};
  record.name = "Person Number " + text;
  record.organization = "Acme " + std::to_string(which % 500);
  record.emails = {"person" + text + "@acme.example"};
  record.phones = {{number.to_e164(), number, "mobile", ""}};
  record.url = "https://crm.example/contacts/" + text;
  record.version = 1;
  return record;
}

config::Config one_source() {
  config::Config config;
  config::SourceConfig source;
  source.id = "crm";
  source.label = "CRM";
  config.accounts["default"];
  config.sources = {source};
  return config;
}

// Everything that a lookup over HTTP goes through below the socket.
struct Bench {
  tests::TempDir folder;
  telephony::NumberParser parser;
  std::unique_ptr<index::Store> store =
      index::Store::open(
          {.path = folder.file("store"), .block_cache_bytes = 256 << 20, .card_bytes_max = std::size_t{2} << 30})
          .value();
  index::Index index{*store};
  LookupService service{parser, index, account_settings(one_source(), parser).value()};
  Metrics metrics;
  ApiKeys keys{folder.file("keys.json")};
  HttpRouter router{lookup_routes(service, metrics, [] { return kNow; }, true), keys};

  Bench() {
    for (std::uint64_t first = 0; first < kRecords; first += kPage) {
      index::ChangeBatch batch = page(std::to_string(first + kPage));
      for (std::uint64_t i = first; i < first + kPage; ++i) batch.upserts.push_back(person(i, number_of(i)));
      apply(batch);
    }
    index::ChangeBatch batch = page(std::to_string(kRecords + kSharers));
    for (std::uint64_t i = 0; i < kSharers; ++i) {
      batch.upserts.push_back(person(kRecords + i, PhoneNumber::from_packed(kSharedNumber)));
    }
    apply(batch);
  }

 private:
  static index::ChangeBatch page(std::string checkpoint) {
    index::ChangeBatch batch;
    batch.account = "default";
    batch.source = "crm";
    batch.checkpoint = std::move(checkpoint);
    return batch;
  }
  void apply(const index::ChangeBatch& batch) {
    if (const auto applied = index.apply(batch, {}, kNow); !applied) {
      std::fprintf(stderr, "%s\n", applied.error().message.c_str());
      std::abort();
    }
  }
};

Bench& bench() {
  static Bench instance;
  return instance;
}

enum class Ask { hit, miss, shared, national };

// The numbers asked for, made beforehand so that their making is not measured; so many that none is asked often.
std::vector<std::string> numbers(Ask ask) {
  std::mt19937_64 chance{9};
  std::uniform_int_distribution<std::uint64_t> which(0, kRecords - 1);
  std::vector<std::string> all(kRecords);
  for (std::string& one : all) {
    const std::uint64_t packed = number_of(which(chance)).packed();
    switch (ask) {
      case Ask::hit:
        one = PhoneNumber::from_packed(packed).to_e164();
        break;
      case Ask::miss:
        one = PhoneNumber::from_packed(packed + 1).to_e164();
        break;
      case Ask::shared:
        one = PhoneNumber::from_packed(kSharedNumber).to_e164();
        break;
      case Ask::national: {
        const std::string digits = std::to_string(packed);
        one = "(" + digits.substr(1, 3) + ") " + digits.substr(4, 3) + "-" + digits.substr(7);
        break;
      }
    }
  }
  return all;
}

std::uint64_t expected(Ask ask) {
  return ask == Ask::miss ? 0 : (ask == Ask::shared ? kSharers : 1);
}

void parse_only(benchmark::State& state, Ask ask) {
  const telephony::NumberParser& parser = bench().parser;
  const auto asked = numbers(ask);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        telephony::read_asked_number(parser, asked[at++ % asked.size()], "US", telephony::Plan::automatic, {}));
  }
}

void index_only(benchmark::State& state, Ask ask) {
  const index::Index& index = bench().index;
  std::vector<PhoneNumber> asked;
  for (const std::string& text : numbers(ask)) asked.push_back(PhoneNumber::from_packed(std::stoull(text.substr(1))));
  std::size_t at = 0;
  for (auto _ : state) {
    const auto found = index.read().find("default", asked[at++ % asked.size()], kCandidatesMax);
    if (!found || found->total != expected(ask)) state.SkipWithError("the wrong answer");
  }
}

void service(benchmark::State& state, Ask ask) {
  const auto asked = numbers(ask);
  const LookupService& lookups = bench().service;
  LookupRequest request;
  request.account = "default";
  std::size_t at = 0;
  for (auto _ : state) {
    request.number = asked[at++ % asked.size()];
    const auto answer = lookups.lookup(request, kNow);
    if (!answer || answer->total != expected(ask)) state.SkipWithError("the wrong answer");
  }
}

HttpRequest http_request(const std::string& number) {
  HttpRequest request;
  request.method = "GET";
  request.query = {{"number", number}};
  request.headers = {{"host", "127.0.0.1:8480"}};
  request.from_loopback = true;
  request.principal = {"default", 0xff, ""};
  return request;
}

// The handler of GET /v1/lookup: the service, the JSON of its answer, and that as text.
void handler(benchmark::State& state, Ask ask) {
  const auto routes = lookup_routes(bench().service, bench().metrics, [] { return kNow; }, true);
  std::vector<HttpRequest> asked;
  for (const std::string& number : numbers(ask)) asked.push_back(http_request(number));
  std::size_t at = 0;
  HttpResponse response;
  for (auto _ : state) {
    response.clear();
    routes.front().handler(asked[at++ % asked.size()], response);
    if (response.status != 200) state.SkipWithError("refused");
  }
  state.counters["body_bytes"] = static_cast<double>(response.body.size());
}

// The same from the request line on: target decoded, route found, key checked (there is none), handler.
void routed(benchmark::State& state, Ask ask) {
  const HttpRouter& router = bench().router;
  std::vector<std::string> targets;
  for (const std::string& number : numbers(ask)) targets.push_back("/v1/lookup?number=%2B" + number.substr(1));
  std::size_t at = 0;
  HttpRequest request;
  request.from_loopback = true;
  HttpResponse response;
  for (auto _ : state) {
    request.clear();
    response.clear();
    request.method = "GET";
    request.target = targets[at++ % targets.size()];
    NamedText& host = request.headers.add();
    host.name = "host";
    host.value = "127.0.0.1:8480";
    if (!read_target(request)) state.SkipWithError("bad target");
    const HttpRoute* route = router.decide(request, response);
    if (route == nullptr) {
      state.SkipWithError("no route");
      break;
    }
    router.run(*route, request, response);
    if (response.status != 200) state.SkipWithError("refused");
    benchmark::DoNotOptimize(response.body.data());
  }
}

BENCHMARK_CAPTURE(parse_only, hit, Ask::hit);
BENCHMARK_CAPTURE(parse_only, national_form, Ask::national);
BENCHMARK_CAPTURE(index_only, hit, Ask::hit);
BENCHMARK_CAPTURE(index_only, miss, Ask::miss);
BENCHMARK_CAPTURE(index_only, shared_by_five, Ask::shared);
BENCHMARK_CAPTURE(service, hit, Ask::hit);
BENCHMARK_CAPTURE(service, national_form, Ask::national);
BENCHMARK_CAPTURE(service, miss, Ask::miss);
BENCHMARK_CAPTURE(service, shared_by_five, Ask::shared);
BENCHMARK_CAPTURE(handler, hit, Ask::hit);
BENCHMARK_CAPTURE(handler, national_form, Ask::national);
BENCHMARK_CAPTURE(handler, miss, Ask::miss);
BENCHMARK_CAPTURE(handler, shared_by_five, Ask::shared);
BENCHMARK_CAPTURE(routed, hit, Ask::hit);
BENCHMARK_CAPTURE(routed, miss, Ask::miss);
BENCHMARK_CAPTURE(routed, shared_by_five, Ask::shared);

}  // namespace
}  // namespace ringdex::server
