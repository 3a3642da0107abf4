#include "index/history/ledger.h"

#include <doctest/doctest.h>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

Run begun(Ledger& ledger, const std::string& source, std::int64_t started, const std::string& account = "default") {
  Run run;
  run.account = account;
  run.source = source;
  run.kind = "delta";
  run.outcome = "running";
  run.started_at = at(started);
  REQUIRE(ledger.begin(run));
  return run;
}

std::vector<Run> runs(const Ledger& ledger, const std::string& source = "", std::size_t runs_max = 100,
                      const std::string& account = "default") {
  const auto found = ledger.runs(account, source, runs_max);
  REQUIRE(found.has_value());
  return *found;
}

std::vector<RunReject> rejects(const Ledger& ledger, std::uint64_t run, std::size_t rejects_max = 100'000) {
  const auto found = ledger.rejects("default", run, rejects_max);
  REQUIRE(found.has_value());
  return *found;
}

}  // namespace

TEST_CASE("runs are listed newest first, by source and account, up to a limit") {
  OpenIndex open;
  Ledger ledger(*open.store);
  CHECK(runs(ledger).empty());
  for (int round = 0; round < 300; ++round) begun(ledger, round % 2 == 0 ? "crm" : "people", round);
  begun(ledger, "crm", 1000, "other");
  const auto all = runs(ledger, "", 1000);
  REQUIRE(all.size() == 300);
  for (std::size_t place = 0; place < all.size(); ++place) {
    REQUIRE(all[place].started_at == at(299 - static_cast<std::int64_t>(place)));
    if (place > 0) REQUIRE(all[place].number < all[place - 1].number);
  }
  const auto people = runs(ledger, "people", 3);
  REQUIRE(people.size() == 3);
  CHECK(people[0].started_at == at(299));
  CHECK(people[2].started_at == at(295));
  CHECK(runs(ledger, "", 0).empty());
  CHECK(runs(ledger, "nothing").empty());
  CHECK(runs(ledger, "crm", 10, "other").size() == 1);
  CHECK(runs(ledger, "crm", 10, "nobody").empty());
}

TEST_CASE("a run is stored with all that it counts") {
  OpenIndex open;
  Ledger ledger(*open.store);
  Run run = begun(ledger, "crm", 5);
  CHECK(runs(ledger)[0].finished_at == std::nullopt);
  run.outcome = "failed";
  run.message = "the CRM said \xff";
  run.finished_at = at(9);
  run.counts.added = 1;
  run.counts.updated = 2;
  run.counts.unchanged = 3;
  run.counts.stale = 4;
  run.counts.deleted = 5;
  run.counts.merged = 6;
  run.counts.renamed = 7;
  run.counts.kept_name = 8;
  run.counts.over_limit = 9;
  run.counts.swept = 10;
  run.counts.awaiting_confirmation = 11;
  run.counts.position = 12;
  run.skipped = 13;
  run.ignored = 14;
  run.pages = 15;
  run.requests = 16;
  REQUIRE(ledger.save(run, 0, {}));
  open.reopen();
  Ledger again(*open.store);
  const auto found = runs(again);
  REQUIRE(found.size() == 1);
  CHECK(found[0].number == run.number);
  CHECK(found[0].account == "default");
  CHECK(found[0].source == "crm");
  CHECK(found[0].kind == "delta");
  CHECK(found[0].outcome == "failed");
  CHECK(found[0].message.starts_with("the CRM said "));
  CHECK(found[0].started_at == at(5));
  CHECK(found[0].finished_at == at(9));
  CHECK(found[0].counts == run.counts);
  CHECK(found[0].skipped == 13);
  CHECK(found[0].ignored == 14);
  CHECK(found[0].pages == 15);
  CHECK(found[0].requests == 16);
  CHECK(begun(again, "crm", 10).number > run.number);
}

TEST_CASE("rejects are listed in order, each run's by itself, up to a limit") {
  OpenIndex open;
  Ledger ledger(*open.store);
  const Run first = begun(ledger, "crm", 1);
  const Run second = begun(ledger, "crm", 2);
  REQUIRE(ledger.save(first, 0, {{"1", "no_name", "row 1"}, {"2", "no_phone", ""}}));
  REQUIRE(ledger.save(first, 2, {{"3", "too_many_phones", "12"}}));
  REQUIRE(ledger.save(second, 0, {{"9", "no_name", ""}}));
  const std::vector<RunReject> expected = {
      {"1", "no_name", "row 1"}, {"2", "no_phone", ""}, {"3", "too_many_phones", "12"}};
  CHECK(rejects(ledger, first.number) == expected);
  CHECK(rejects(ledger, first.number, 2).size() == 2);
  CHECK(rejects(ledger, second.number).size() == 1);
  CHECK(rejects(ledger, 999).empty());
}

TEST_CASE("no more rejects are listed than a run may have") {
  OpenIndex open;
  Ledger ledger(*open.store);
  const Run run = begun(ledger, "crm", 1);
  const std::vector<RunReject> many(600, RunReject{"1", "no_name", ""});
  for (std::uint64_t first = 0; first < Ledger::kRejectsPerRunMax + 1000; first += many.size()) {
    REQUIRE(ledger.save(run, first, many));
  }
  CHECK(rejects(ledger, run.number).size() == Ledger::kRejectsPerRunMax);
}

TEST_CASE("runs that a dead process left open are closed as interrupted") {
  OpenIndex open;
  {
    Ledger ledger(*open.store);
    begun(ledger, "crm", 1);
    Run finished = begun(ledger, "crm", 2);
    finished.outcome = "finished";
    finished.finished_at = at(3);
    REQUIRE(ledger.save(finished, 0, {}));
    begun(ledger, "crm", 4, "other");
  }
  open.reopen();
  Ledger ledger(*open.store);
  REQUIRE(ledger.close_interrupted(at(50)));
  const auto found = runs(ledger);
  REQUIRE(found.size() == 2);
  CHECK(found[0].outcome == "finished");
  CHECK(found[0].finished_at == at(3));
  CHECK(found[1].outcome == "interrupted");
  CHECK(found[1].finished_at == at(50));
  CHECK(runs(ledger, "crm", 10, "other")[0].outcome == "interrupted");
  REQUIRE(ledger.close_interrupted(at(60)));
  CHECK(runs(ledger)[1].finished_at == at(50));
}

}  // namespace ringdex::index
