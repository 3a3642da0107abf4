// Runs in pages, against a plain list.

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "index/history/ledger.h"
#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

Run random_run(Ledger& ledger, std::mt19937_64& chance, std::int64_t started) {
  static const char* const kSources[] = {"crm", "people", "cr", "\"source\":\"crm\""};
  static const char* const kKinds[] = {"delta", "delta", "delta", "full", "sweep", "single"};
  static const char* const kOutcomes[] = {"finished", "finished", "finished", "failed", "running"};
  Run run;
  run.account = chance() % 5 == 0 ? "other" : "default";
  run.source = kSources[chance() % 4];
  run.kind = kKinds[chance() % 6];
  run.outcome = kOutcomes[chance() % 5];
  // A message that names another source, as a failure's may.
  run.message = chance() % 4 == 0 ? R"(the CRM said {"source":"crm"})" : "";
  run.started_at = at(started);
  run.counts.unchanged = chance() % 9;
  for (auto* count : {&run.counts.added, &run.counts.updated, &run.counts.deleted, &run.counts.merged,
                      &run.counts.renamed, &run.skipped}) {
    *count = chance() % 10 == 0 ? 1 + chance() % 3 : 0;
  }
  REQUIRE(ledger.begin(run));
  return run;
}

bool changed_something(const Run& run) {
  const auto& counts = run.counts;
  return counts.added > 0 || counts.updated > 0 || counts.deleted > 0 || counts.merged > 0 || counts.renamed > 0 ||
         run.skipped > 0;
}

std::vector<std::uint64_t> all_pages(const Ledger& ledger, RunQuery query) {
  std::vector<std::uint64_t> all;
  for (int pages = 0; pages < 5'000; ++pages) {
    const auto page = ledger.page("default", query);
    REQUIRE(page.has_value());
    REQUIRE(page->runs.size() <= query.runs_max);
    for (const Run& run : page->runs) all.push_back(run.number);
    if (!page->next) return all;
    REQUIRE((query.behind == 0 || *page->next < query.behind));
    query.behind = *page->next;
  }
  FAIL("the pages have no end");
  return all;
}

}  // namespace

TEST_CASE("pages of any size are together what a list of all runs holds") {
  OpenIndex open;
  Ledger ledger(*open.store);
  std::mt19937_64 chance(11);
  std::vector<Run> made;
  for (int which = 0; which < 400; ++which) made.push_back(random_run(ledger, chance, which));
  std::ranges::reverse(made);
  for (const std::string source : {"", "crm", "people", "\"source\":\"crm\"", "nothing", "c", "\xff"}) {
    for (const bool only_notable : {false, true}) {
      CAPTURE(source);
      CAPTURE(only_notable);
      std::vector<std::uint64_t> expected;
      for (const Run& run : made) {
        if (run.account != "default" || (!source.empty() && run.source != source)) continue;
        const bool dull = run.outcome == "finished" && run.kind != "full" && run.kind != "sweep";
        if (only_notable && dull && !changed_something(run)) continue;
        expected.push_back(run.number);
      }
      for (const std::size_t runs_max : {1U, 2U, 7U, 1'000U}) {
        for (const std::size_t examined_max : {0U, 1U, 2U, 13U, 1'000U}) {
          CHECK(all_pages(ledger, {.source = source,
                                   .only_notable = only_notable,
                                   .runs_max = runs_max,
                                   .examined_max = examined_max}) == expected);
        }
      }
    }
  }
}

TEST_CASE("a page begins behind any number, and says that there is more only if there is") {
  OpenIndex open;
  Ledger ledger(*open.store);
  CHECK(ledger.page("default", {.runs_max = 5})->runs.empty());
  std::mt19937_64 chance(1);
  std::vector<std::uint64_t> numbers;
  while (numbers.size() < 3) {
    const Run run = random_run(ledger, chance, 1);
    if (run.account == "default") numbers.push_back(run.number);
  }
  const auto whole = ledger.page("default", {.runs_max = 3});
  CHECK(whole->runs.size() == 3);
  CHECK_FALSE(whole->next);
  const auto two = ledger.page("default", {.runs_max = 2});
  CHECK(two->runs.size() == 2);
  CHECK(two->next == numbers[1]);
  CHECK(ledger.page("default", {.behind = 1, .runs_max = 2})->runs.empty());
  CHECK(ledger.page("default", {.behind = UINT64_MAX, .runs_max = 9})->runs.size() == 3);
  CHECK(ledger.page("nobody", {.runs_max = 9})->runs.empty());
}

}  // namespace ringdex::index
