// A store that was written before there were names gets them while its table is loaded.

#include <doctest/doctest.h>

#include "tests/index/names_on_disk.h"
#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

constexpr int kPeople = 60;

Record numbered_person(int which, std::int64_t version = 1, const std::string& name = "Anna") {
  return person(std::to_string(which), name + " N" + std::to_string(which), version, {"+4930123456"});
}

// Of 60 people, who were written when there were no names.
void make_old(OpenIndex& open) {
  std::vector<Record> records;
  for (int which = 0; which < kPeople; ++which) records.push_back(numbered_person(which));
  open.upsert(records);
  Record lead = person({"crm", RecordKind::lead, "deal"}, "", 1);
  lead.person_id = "nobody";
  open.upsert({lead});
  open.erase(contact("5"), 9, contact("6"));
  forget_names(*open.store);
  open.reopen();
}

std::size_t found(const OpenIndex& open, const std::string& text) {
  const auto got =
      open.index->read().find_by_name("default", {.text = text, .records_max = 1'000, .examined_max = 10'000}, {});
  REQUIRE(got);
  return got->records.size();
}

bool step(OpenIndex& open, std::size_t records_max) {
  const auto done = open.index->load_table(records_max);
  REQUIRE(done);
  return *done;
}

void fill(OpenIndex& open, std::size_t records_max = 7) {
  for (int steps = 0; steps < 1'000; ++steps) {
    if (step(open, records_max)) return;
  }
  FAIL("the filling has no end");
}

bool is_filled(const OpenIndex& open) {
  return open.store->impl().get(Family::meta, "names") == key::u32(kNameWordsVersion) &&
         names_on_disk(*open.store) == names_implied(*open.store);
}

}  // namespace

TEST_CASE("a new store has its names from the beginning") {
  OpenIndex open;
  CHECK(is_filled(open));
  open.upsert({numbered_person(1)});
  open.reopen();
  CHECK(is_filled(open));
  CHECK(open.store->impl().names_complete);
}

TEST_CASE("an old store is filled while the table is loaded, and searches see it") {
  OpenIndex open;
  make_old(open);
  CHECK(found(open, "anna") == 0);
  const std::uint64_t position = open.index->read().position();
  CHECK_FALSE(step(open, 7));
  CHECK(found(open, "anna") == 7);
  CHECK_FALSE(open.store->impl().get(Family::meta, "names"));
  fill(open);
  CHECK(found(open, "anna") == kPeople - 1);
  CHECK(is_filled(open));
  CHECK(open.index->table_state() == NumberTable::State::complete);
  CHECK(open.total("+4930123456") == kPeople - 1);
  CHECK(open.index->read().position() == position);
  // The next start does not do it again.
  forget_names(*open.store);
  const Store::Impl& impl = open.store->impl();
  REQUIRE(impl.db->Put({}, impl.family(Family::meta), "names", key::u32(kNameWordsVersion)).ok());
  open.reopen();
  fill(open);
  CHECK(found(open, "anna") == 0);
}

TEST_CASE("names are filled also where the table gives up or has no room") {
  OpenIndex open;
  make_old(open);
  SUBCASE("before it began") {
    open.store->impl().numbers.give_up();
  }
  SUBCASE("in the middle") {
    CHECK_FALSE(step(open, 7));
    open.store->impl().numbers.give_up();
  }
  SUBCASE("for want of room") {
    open.reopen(0);
  }
  fill(open);
  CHECK(is_filled(open));
  CHECK(found(open, "anna") == kPeople - 1);
  CHECK(open.total("+4930123456") == kPeople - 1);
}

TEST_CASE("what is written while names are filled is found in the end, and nothing else") {
  OpenIndex open;
  make_old(open);
  int which = 0;
  for (int steps = 0; !step(open, 5); ++steps) {
    REQUIRE(steps < 1'000);
    // Behind and before the place that is reached, and new ones.
    open.upsert({numbered_person(which % kPeople, 20 + which, which % 2 == 0 ? "Berta" : "Anna Maria"),
                 numbered_person((which + kPeople / 2) % kPeople, 20 + which, "Zoë"), numbered_person(100 + which)});
    open.erase(contact(std::to_string((which + 11) % kPeople)), 50 + which);
    which += 7;
  }
  CHECK(is_filled(open));
  CHECK(found(open, "") == open.state().records);
  CHECK(found(open, "n") == open.state().records);
}

TEST_CASE("a filling that was cut short begins anew") {
  OpenIndex open;
  make_old(open);
  for (int starts = 0; starts < 3; ++starts) {
    CHECK_FALSE(step(open, 10));
    CHECK_FALSE(step(open, 10));
    open.upsert({numbered_person(2, 10 + starts, "Start" + std::to_string(starts))});
    open.erase(contact(std::to_string(30 + starts)), 90);
    open.reopen();
    CHECK_FALSE(open.store->impl().names_complete);
  }
  fill(open);
  CHECK(is_filled(open));
  CHECK(found(open, "start2") == 1);
  CHECK(found(open, "start1") == 0);
}

TEST_CASE("names of other rules for words are filled anew") {
  OpenIndex open;
  make_old(open);
  const Store::Impl& impl = open.store->impl();
  REQUIRE(impl.db->Put({}, impl.family(Family::meta), "names", key::u32(kNameWordsVersion + 1)).ok());
  open.reopen();
  fill(open);
  CHECK(is_filled(open));
}

TEST_CASE("an old store without records has its names at once") {
  OpenIndex open;
  forget_names(*open.store);
  open.reopen();
  CHECK(is_filled(open));
  CHECK(step(open, 1));
}

}  // namespace ringdex::index
