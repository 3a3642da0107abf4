// Complete listings of a source and the sweep at their end (batch_writer.cpp).

#include <doctest/doctest.h>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

using Listing = SourceState::Listing;

Record one_person(int one, std::int64_t version = 1) {
  return person(std::to_string(one), "Person", version, {"+13108675309"});
}

std::vector<Record> people(int first, int last) {
  std::vector<Record> records;
  for (int one = first; one <= last; ++one) records.push_back(one_person(one));
  return records;
}

// Ten records, 10 to 19, from a first listing.
struct TenListed : OpenIndex {
  TenListed() {
    list(people(10, 14), true, false);
    CHECK(state().listing == Listing::initial);
    list(people(15, 19), false, true);
    CHECK(state().listing == Listing::none);
    CHECK(state().records == 10);
  }
};

}  // namespace

TEST_CASE("a listing removes what vanished") {
  TenListed open;
  open.list(people(10, 13), true, false);
  CHECK(open.state().listing == Listing::running);
  CHECK(open.total("+13108675309") == 10);
  const ApplyResult result = open.list(people(16, 20), false, true);
  CHECK(result.swept == 2);
  CHECK(result.deleted == 2);
  CHECK(result.added == 1);
  CHECK(open.ids("+13108675309") == "10 11 12 13 16 17 18 19 20");
  CHECK(open.answer(contact("14")) == "gone");
  CHECK(open.state().listing == Listing::none);
  CHECK(open.state().records == 9);
}

TEST_CASE("a listing that begins over the record limit is given up, and removes nobody") {
  TenListed open;
  CHECK(open.list(people(10, 13), true, false).over_limit == 0);
  CHECK(open.list(people(20, 21), true, false, {.records_max = 10, .sweep_guard_percent = 100}).over_limit == 2);
  CHECK(open.state().listing == Listing::none);
  CHECK(open.list({}, false, true, {.sweep_guard_percent = 100}).swept == 0);
  CHECK(open.state().records == 10);
}

TEST_CASE("a listing of one batch") {
  TenListed open;
  const ApplyResult result = open.list(people(10, 18), true, true);
  CHECK(result.swept == 1);
  CHECK(open.answer(contact("19")) == "gone");
  CHECK(open.state().listing == Listing::none);
  // Nothing of it is left to excuse anyone in the next.
  CHECK(open.list(people(11, 18), true, true).swept == 1);
  CHECK(open.state().records == 8);
}

TEST_CASE("a first listing has nothing to sweep, not even what others wrote meanwhile") {
  OpenIndex open;
  open.list(people(10, 11), true, false);
  open.upsert({one_person(50)});
  CHECK(open.list({}, false, true).swept == 0);
  CHECK(open.state().records == 3);
  OpenIndex empty;
  CHECK(empty.list({}, true, true).awaiting_confirmation == 0);
  CHECK(empty.state().listing == Listing::none);
}

TEST_CASE("records that another batch wrote during the listing stay") {
  TenListed open;
  open.list(people(10, 17), true, false);
  open.upsert({one_person(18, 5), one_person(30)});
  open.upsert({one_person(19, 0)});  // older than what is known, yet proof that it is there
  CHECK(open.list({}, false, true).swept == 0);
  CHECK(open.state().records == 11);
}

TEST_CASE("records that the source deleted during the listing are no part of the sweep") {
  TenListed open;
  open.list(people(10, 17), true, false);
  open.erase(contact("18"), 9);
  CHECK(open.list({}, false, true).swept == 1);
  CHECK(open.state().records == 8);
}

TEST_CASE("records deleted by the last batch do not count for the guard") {
  TenListed open;
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = people(10, 16);
  batch.deletions = {{contact("17"), 9, std::nullopt}, {contact("18"), 9, std::nullopt}};
  batch.begins_listing = true;
  batch.ends_listing = true;
  const ApplyResult result = open.apply(batch);
  CHECK(result.awaiting_confirmation == 0);
  CHECK(result.swept == 1);
  CHECK(result.deleted == 3);
  CHECK(open.state().records == 7);
}

TEST_CASE("a listing sweeps only its own source and account") {
  TenListed open;
  ChangeBatch other = OpenIndex::batch();
  other.source = "crm2";
  other.upserts = {person(contact("10", "crm2"), "Other", 1)};
  open.apply(other);
  other.source = "cr";
  other.upserts = {person(contact("10", "cr"), "Other", 1)};
  open.apply(other);
  other = OpenIndex::batch();
  other.account = "other";
  other.upserts = {person("10", "Other", 1)};
  open.apply(other);
  CHECK(open.list(people(11, 19), true, true).swept == 1);
  CHECK(open.answer(contact("10", "crm2")) == "crm2:contact:10");
  CHECK(open.answer(contact("10", "cr")) == "cr:contact:10");
  CHECK(open.answer(contact("10"), "other") == "crm:contact:10");
}

TEST_CASE("the guard lets its share go and stops above it") {
  for (const auto& [shown, percent, asks] : {std::tuple{8, 20u, false},
                                             {7, 20u, true},
                                             {9, 0u, true},
                                             {10, 0u, false},
                                             {0, 100u, false},
                                             {5, 50u, false},
                                             {4, 50u, true},
                                             {0, 20u, true}}) {
    CAPTURE(shown);
    CAPTURE(percent);
    TenListed open;
    const ApplyResult result = open.list(people(10, 9 + shown), true, true, {.sweep_guard_percent = percent});
    const auto gone = static_cast<std::uint64_t>(10 - shown);
    CHECK(result.awaiting_confirmation == (asks ? gone : 0));
    CHECK(result.swept == (asks ? 0 : gone));
    CHECK(open.state().awaiting_confirmation == (asks ? gone : 0));
    CHECK(open.state().listing == (asks ? Listing::awaiting : Listing::none));
    CHECK(open.state().records == (asks ? 10 : 10 - gone));
  }
}

TEST_CASE("what the guard held back goes when confirmed, but for what came meanwhile") {
  TenListed open;
  open.list(people(10, 14), true, false);
  CHECK(open.list({}, false, true).awaiting_confirmation == 5);
  CHECK(open.total("+13108675309") == 10);
  open.upsert({one_person(15, 2), one_person(40)});
  open.erase(contact("16"), 5);
  open.reopen();
  CHECK(open.state().listing == Listing::awaiting);
  const auto confirmed = open.index->confirm_sweep("default", "crm", at(1));
  REQUIRE(confirmed.has_value());
  CHECK(confirmed->swept == 3);
  CHECK(confirmed->deleted == 3);
  CHECK(confirmed->position == open.index->read().position());
  CHECK(open.ids("+13108675309") == "10 11 12 13 14 15 40");
  CHECK(open.state().listing == Listing::none);
  CHECK(open.state().awaiting_confirmation == 0);
  // A second confirmation finds nothing to do.
  const auto again = open.index->confirm_sweep("default", "crm", at(1));
  REQUIRE(again.has_value());
  CHECK(again->swept == 0);
  CHECK(again->position == confirmed->position);
}

TEST_CASE("without a listing that waits, confirming does nothing") {
  TenListed open;
  for (const char* source : {"crm", "unknown"}) {
    const auto confirmed = open.index->confirm_sweep("default", source, at(1));
    REQUIRE(confirmed.has_value());
    CHECK(confirmed->swept == 0);
  }
  open.list(people(10, 11), true, false);
  CHECK(open.index->confirm_sweep("default", "crm", at(1)).value().swept == 0);
  CHECK(open.state().listing == Listing::running);
  CHECK(open.state().records == 10);
}

TEST_CASE("a new listing after one that waits starts afresh") {
  TenListed open;
  CHECK(open.list(people(10, 12), true, true).awaiting_confirmation == 7);
  open.list(people(13, 15), true, false);
  CHECK(open.state().listing == Listing::running);
  CHECK(open.state().awaiting_confirmation == 0);
  // Shown by the first listing only: no excuse in the second.
  const ApplyResult result = open.list(people(16, 19), false, true, {.sweep_guard_percent = 30});
  CHECK(result.swept == 3);
  CHECK(open.ids("+13108675309") == "13 14 15 16 17 18 19");
}

TEST_CASE("a listing may be begun anew, and goes on after a restart") {
  TenListed open;
  open.list(people(10, 19), true, false);
  open.list(people(10, 14), true, false);
  open.reopen();
  CHECK(open.state().listing == Listing::running);
  CHECK(open.list(people(15, 18), false, true).swept == 1);
  CHECK(open.answer(contact("19")) == "gone");
}

TEST_CASE("a listing of one batch does not see the marks of one that was broken off") {
  TenListed open;
  open.list(people(10, 19), true, false);
  CHECK(open.list(people(10, 18), true, true).swept == 1);
  CHECK(open.answer(contact("19")) == "gone");
}

TEST_CASE("an end without a beginning removes nothing") {
  TenListed open;
  CHECK(open.list(people(10, 11), false, true).swept == 0);
  CHECK(open.state().records == 10);
}

TEST_CASE("where a source may not delete, a listing removes nothing") {
  TenListed open;
  const ApplyResult result = open.list(people(10, 17), true, true, {.delete_records = false});
  CHECK(result.swept == 0);
  CHECK(result.awaiting_confirmation == 0);
  CHECK(open.state().records == 10);
  CHECK(open.state().listing == Listing::none);
}

TEST_CASE("a listing does not end on a page that did not fit") {
  TenListed open;
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = people(11, 20);
  batch.begins_listing = true;
  batch.ends_listing = true;
  batch.checkpoint = "end";
  CHECK(open.apply(batch, {.records_max = 10}).over_limit == 1);
  CHECK(open.state().listing == Listing::none);
  CHECK(open.state().checkpoint == "");
  CHECK(open.state().records == 10);
  CHECK(open.apply(batch, {.records_max = 11}).swept == 1);
  CHECK(open.state().checkpoint == "end");
  CHECK(open.answer(contact("10")) == "gone");
}

TEST_CASE("a swept record returns when its source shows it again") {
  TenListed open;
  open.list(people(10, 18), true, true);
  CHECK(open.upsert({one_person(19)}, at(5000)).added == 1);
  CHECK(open.record(contact("19")).first_indexed_at == at(1000));
}

}  // namespace ringdex::index
