#include <doctest/doctest.h>

#include "index/history/ledger.h"
#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Record person(const std::string& id, const std::string& number, const std::string& source = "crm") {
  Record record;
  record.id = {source, RecordKind::contact, id};
  record.name = "Person " + id;
  record.organization_id = "7";
  record.version = 5;
  record.phones.push_back({number, telephony::PhoneNumber::from_e164(number), "", ""});
  return record;
}

TEST_CASE("what an admin switched is kept with the source's state") {
  OpenIndex open;
  open.upsert({person("1", "+13108675301")});
  REQUIRE(open.index->set_mode("default", "crm", SourceState::Mode::disabled, at(2000)));
  open.reopen();
  CHECK(open.state().mode == SourceState::Mode::disabled);
  CHECK(open.state().records == 1);
  open.erase(contact("1"), 9);
  CHECK(open.state().mode == SourceState::Mode::disabled);
  CHECK(open.answer(contact("1")) == "gone");
}

TEST_CASE("a purge forgets everything of the source and nothing else") {
  OpenIndex open;
  ChangeBatch batch = OpenIndex::batch();
  for (int i = 0; i < 25; ++i) batch.upserts.push_back(person(std::to_string(i), "+13108675301"));
  batch.organizations = {{"7", "Acme"}};
  batch.checkpoint = "here";
  open.apply(batch);
  open.erase(contact("3"), 9);
  open.erase(contact("4"), 9, contact("5"));
  ChangeBatch other = OpenIndex::batch();
  other.source = "crm-2";
  other.upserts = {person("1", "+13108675301", "crm-2")};
  open.apply(other);
  REQUIRE(open.index->set_mode("default", "crm", SourceState::Mode::disabled, at(2000)));
  int steps = 0;
  std::string from;
  do {
    const auto next = open.index->purge("default", "crm", from, 7, at(3000));
    REQUIRE(next);
    from = *next;
    ++steps;
    CHECK(open.state().checkpoint.empty());
    CHECK(open.total("+13108675301") == open.state().records + 1);
    // What was under way when it was disabled is not taken.
    ChangeBatch late = OpenIndex::batch();
    late.upserts = {person("1", "+13108675301")};
    CHECK(open.apply(late).added == 0);
    late.checkpoint = "there";
    CHECK(open.apply(late).refused == 1);
  } while (!from.empty());
  CHECK(steps > 3);
  for (int i = 0; i < 25; ++i) CHECK(open.answer(contact(std::to_string(i))) == "unknown");
  CHECK(open.state().records == 0);
  CHECK(open.state().mode == SourceState::Mode::disabled);
  CHECK(open.answer(contact("1", "crm-2")) == "crm-2:contact:1");
  open.reopen();
  CHECK(open.ids("+13108675301") == "1");
  // It may be filled again, also with what was deleted before, but not by a page from before.
  REQUIRE(open.index->set_mode("default", "crm", SourceState::Mode::on, at(4000)));
  CHECK_FALSE(open.index->purge("default", "crm", "", 7, at(4000)));
  ChangeBatch from_before = OpenIndex::batch();
  from_before.upserts = {person("2", "+13108675302")};
  from_before.checkpoint = "there";
  from_before.goes_on_from = "here";
  CHECK(open.apply(from_before).refused == 1);
  CHECK(open.answer(contact("2")) == "unknown");
  open.upsert({person("3", "+13108675303")});
  CHECK(open.answer(contact("3")) == "crm:contact:3");
  CHECK(open.record(contact("3")).organization.empty());
}

TEST_CASE("changes are counted by their cause in the quarter of an hour in which they were made") {
  OpenIndex open;
  const Ledger ledger(*open.store);
  const TimePoint midnight{std::chrono::days(20'000)};
  const auto apply = [&](std::vector<Record> records, ChangeCause cause, TimePoint now) {
    ChangeBatch batch = OpenIndex::batch();
    batch.upserts = std::move(records);
    batch.cause = cause;
    open.apply(batch, {}, now);
  };
  apply({person("1", "+13108675301"), person("2", "+13108675302")}, ChangeCause::sync, midnight - minutes(1));
  apply({person("3", "+13108675303")}, ChangeCause::sync, midnight);
  Record renamed = person("3", "+13108675303");
  renamed.name = "Another";
  apply({renamed}, ChangeCause::webhook, midnight + hours(3));
  apply({renamed}, ChangeCause::webhook, midnight + hours(4));  // nothing new
  Record nameless = person("4", "+13108675304");
  nameless.name.clear();
  apply({nameless}, ChangeCause::live, midnight + hours(5));

  const auto today = ledger.changes("default", "crm", midnight, midnight + hours(24));
  REQUIRE(today);
  const CountsByCause expected{
      {ChangeCause::sync, {.added = 1}}, {ChangeCause::webhook, {.updated = 1}}, {ChangeCause::live, {.skipped = 1}}};
  CHECK(today->at("crm") == expected);
  const auto yesterday = ledger.changes("default", "", midnight - hours(24), midnight);
  CHECK(yesterday->at("crm").at(ChangeCause::sync).added == 2);
  CHECK(yesterday->at("crm").size() == 1);
  CHECK(ledger.changes("other", "", midnight - hours(24), midnight)->empty());
}

TEST_CASE("the ledger forgets what is older than it should keep, of each account by itself") {
  OpenIndex open;
  Ledger ledger(*open.store);
  const auto run_at = [&](const std::string& account, TimePoint time) {
    Run run;
    run.account = account;
    run.source = "crm";
    run.kind = "delta";
    run.outcome = "finished";
    run.started_at = time;
    run.finished_at = time;
    REQUIRE(ledger.begin(run));
    REQUIRE(ledger.save(run, 0, {{"1", "no_name", "nothing"}}));
    return run.number;
  };
  const TimePoint now{std::chrono::days(20'000)};
  const auto old = run_at("a", now - std::chrono::days(400));
  const auto kept = run_at("a", now - std::chrono::days(300));
  const auto others = run_at("b", now - std::chrono::days(401));
  Run open_run;
  open_run.account = "b";
  open_run.source = "crm";
  open_run.kind = "full";
  open_run.outcome = "running";
  open_run.started_at = now - std::chrono::days(500);
  REQUIRE(ledger.begin(open_run));
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("1", "+13108675301")};
  open.apply(batch, {}, now - std::chrono::days(400));
  batch.upserts = {person("2", "+13108675302")};
  open.apply(batch, {}, now - std::chrono::days(10));

  REQUIRE(ledger.forget_before(now - std::chrono::days(366)));
  CHECK_FALSE(*ledger.run("a", old));
  CHECK(ledger.rejects("a", old, 10)->empty());
  CHECK(*ledger.run("a", kept));
  CHECK(ledger.rejects("a", kept, 10)->size() == 1);
  CHECK_FALSE(*ledger.run("b", others));
  CHECK(*ledger.run("b", open_run.number));  // it has not ended
  CHECK_FALSE(*ledger.run("a", open_run.number));
  CHECK(ledger.changes("default", "", TimePoint{}, now)->at("crm").at(ChangeCause::sync).added == 1);
}

}  // namespace
}  // namespace ringdex::index
