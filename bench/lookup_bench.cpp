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

#include "bench/lookup_scene.h"

namespace ringdex::server {
namespace {

using bench::Ask;
using telephony::PhoneNumber;

constexpr std::uint64_t kRecords = 100'000;

bench::LookupScene& scene() {
  static bench::LookupScene instance(kRecords);
  return instance;
}

std::vector<std::string> numbers(Ask ask) {
  return bench::numbers(ask, kRecords);
}

void parse_only(benchmark::State& state, Ask ask) {
  const telephony::NumberParser& parser = scene().parser;
  const auto asked = numbers(ask);
  std::size_t at = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        telephony::read_asked_number(parser, asked[at++ % asked.size()], "US", telephony::Plan::automatic, {}));
  }
}

void index_only(benchmark::State& state, Ask ask) {
  const index::Index& index = scene().index;
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
  const LookupService& lookups = scene().service;
  LookupRequest request;
  request.account = "default";
  std::size_t at = 0;
  for (auto _ : state) {
    request.number = asked[at++ % asked.size()];
    const auto answer = lookups.lookup(request, bench::scene_clock());
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
  const auto routes = lookup_routes(scene().lookups);
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
  const HttpRouter& router = scene().router;
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
    read_target(request);
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
