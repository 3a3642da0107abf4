#include "index/writes/batch_writer.h"

#include <doctest/doctest.h>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

const std::string kOld = "+13108675301";
const std::string kNew = "+13108675302";

Record member(const std::string& external_id, const std::string& name, std::int64_t version,
              const std::string& organization_id, const std::string& organization = "") {
  Record record = person(external_id, name, version, {kOld});
  record.organization_id = organization_id;
  record.organization = organization;
  return record;
}

}  // namespace

TEST_CASE("newer wins, an equal version is applied if it differs, an older one is nothing") {
  struct Case {
    const char* what;
    Record second;
    std::uint64_t updated, unchanged, stale;
    std::string found_old, found_new;
  };
  const Case cases[] = {
      {"newer, number changed", person("1", "Anna", 11, {kNew}), 1, 0, 0, "", "1"},
      {"newer, number added", person("1", "Anna", 11, {kOld, kNew}), 1, 0, 0, "1", "1"},
      {"newer, number removed", person("1", "Anna", 11), 1, 0, 0, "", ""},
      {"newer, the same", person("1", "Anna", 11, {kOld}), 0, 1, 0, "1", ""},
      {"equal, number added", person("1", "Anna", 10, {kOld, kNew}), 1, 0, 0, "1", "1"},
      {"equal, the same", person("1", "Anna", 10, {kOld}), 0, 1, 0, "1", ""},
      {"older", person("1", "Anna", 9, {kNew}), 0, 0, 1, "1", ""},
  };
  for (const Case& one : cases) {
    CAPTURE(one.what);
    OpenIndex open;
    CHECK(open.upsert({person("1", "Anna", 10, {kOld})}).added == 1);
    const ApplyResult result = open.upsert({one.second}, at(2000));
    CHECK(result.added == 0);
    CHECK(result.updated == one.updated);
    CHECK(result.unchanged == one.unchanged);
    CHECK(result.stale == one.stale);
    CHECK(open.ids(kOld) == one.found_old);
    CHECK(open.ids(kNew) == one.found_new);
    CHECK(open.state().records == 1);
    CHECK(open.record(contact("1")).first_indexed_at == at(1000));
    CHECK(open.record(contact("1")).version == std::max<std::int64_t>(10, one.second.version));
  }
}

TEST_CASE("a newer version with the same content still counts as newer later") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 10)});
  open.upsert({person("1", "Anna", 20)});
  CHECK(open.upsert({person("1", "Late", 15)}).stale == 1);
  CHECK(open.erase(contact("1"), 15).stale == 1);
  CHECK(open.answer(contact("1")) == "crm:contact:1");
}

TEST_CASE("the index sets first_indexed_at, whatever the batch says") {
  OpenIndex open;
  Record anna = person("1", "Anna", 1);
  anna.first_indexed_at = at(1);
  open.upsert({anna}, at(500));
  CHECK(open.record(contact("1")).first_indexed_at == at(500));
  anna.first_indexed_at = at(2);
  CHECK(open.upsert({anna}, at(600)).unchanged == 1);
  CHECK(open.record(contact("1")).first_indexed_at == at(500));
}

TEST_CASE("a tombstone beats what is not newer, a newer record returns with its old place") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 10, {kOld})}, at(100));
  const ApplyResult deleted = open.erase(contact("1"), 20);
  CHECK(deleted.deleted == 1);
  CHECK(deleted.merged == 0);
  CHECK(open.answer(contact("1")) == "gone");
  CHECK(open.ids(kOld) == "");
  CHECK(open.state().records == 0);
  CHECK(open.upsert({person("1", "Anna", 19, {kOld})}).stale == 1);
  CHECK(open.upsert({person("1", "Anna", 20, {kOld})}).stale == 1);
  CHECK(open.answer(contact("1")) == "gone");
  CHECK(open.upsert({person("1", "Anna", 21, {kOld})}, at(900)).added == 1);
  CHECK(open.ids(kOld) == "1");
  CHECK(open.record(contact("1")).first_indexed_at == at(100));
  CHECK(open.state().records == 1);
}

TEST_CASE("a deletion at the record's version applies, an older one does not") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 10, {kOld})});
  CHECK(open.erase(contact("1"), 9).stale == 1);
  CHECK(open.ids(kOld) == "1");
  CHECK(open.erase(contact("1"), 10).deleted == 1);
  CHECK(open.ids(kOld) == "");
}

TEST_CASE("the deletion of an unknown id leaves a tombstone") {
  OpenIndex open;
  const ApplyResult result = open.erase(contact("1"), 20);
  CHECK(result.deleted == 0);
  CHECK(open.state().records == 0);
  CHECK(open.answer(contact("1")) == "gone");
  CHECK(open.upsert({person("1", "Anna", 20)}).stale == 1);
  CHECK(open.upsert({person("1", "Anna", 21)}, at(700)).added == 1);
  CHECK(open.record(contact("1")).first_indexed_at == at(700));
}

TEST_CASE("a tombstone only grows newer") {
  OpenIndex open;
  open.erase(contact("1"), 20);
  open.erase(contact("1"), 10);
  CHECK(open.upsert({person("1", "Anna", 15)}).stale == 1);
  open.erase(contact("1"), 30);
  CHECK(open.upsert({person("1", "Anna", 25)}).stale == 1);
  CHECK(open.erase(contact("1"), 30).deleted == 0);
}

TEST_CASE("a merged id leads to the survivor") {
  OpenIndex open;
  open.upsert({person("1", "Loser", 1, {kOld}), person("2", "Winner", 1, {kNew})});
  const ApplyResult result = open.erase(contact("1"), 2, contact("2"));
  CHECK(result.merged == 1);
  CHECK(result.deleted == 0);
  CHECK(open.ids(kOld) == "");
  CHECK(open.answer(contact("1")) == "crm:contact:2 <- crm:contact:1");
  CHECK(open.answer(contact("2")) == "crm:contact:2 <- crm:contact:1");
  CHECK(open.state().records == 1);
}

TEST_CASE("aliases form chains, and all of a chain lead to its end") {
  OpenIndex open;
  open.upsert({person("1", "A", 1), person("2", "B", 1), person("3", "C", 1), person("4", "D", 1)});
  open.erase(contact("1"), 2, contact("2"));
  open.erase(contact("4"), 2, contact("2"));
  open.erase(contact("2"), 2, contact("3"));
  for (const char* id : {"1", "2", "3", "4"}) {
    CHECK(open.answer(contact(id)) == "crm:contact:3 <- crm:contact:1 <- crm:contact:2 <- crm:contact:4");
  }
  // The middle one returns: what led to it leads no further.
  open.upsert({person("2", "B", 3)});
  CHECK(open.answer(contact("1")) == "crm:contact:2 <- crm:contact:1 <- crm:contact:4");
  CHECK(open.answer(contact("3")) == "crm:contact:3");
  // The end of the chain is deleted.
  open.erase(contact("2"), 4);
  CHECK(open.answer(contact("1")) == "gone");
}

TEST_CASE("aliases that run in a circle end") {
  OpenIndex open;
  open.upsert({person("1", "A", 1), person("2", "B", 1), person("3", "C", 1)});
  CHECK(open.erase(contact("3"), 2, contact("3")).deleted == 1);
  open.erase(contact("1"), 2, contact("2"));
  open.erase(contact("2"), 2, contact("1"));
  for (const char* id : {"1", "2", "3"}) CHECK(open.answer(contact(id)) == "gone");
  open.upsert({person("1", "A", 3)});
  CHECK(open.answer(contact("2")) == "crm:contact:1 <- crm:contact:2");
}

TEST_CASE("an alias may lead to another kind or source, and to an id that never came") {
  OpenIndex open;
  const RecordId lead{"crm", RecordKind::lead, "1"};
  open.upsert({person(lead, "Lead", 1)});
  open.erase(lead, 2, contact("50"));
  CHECK(open.answer(lead) == "gone");
  open.upsert({person("50", "Contact", 1)});
  CHECK(open.answer(lead) == "crm:contact:50 <- crm:lead:1");

  ChangeBatch batch = OpenIndex::batch();
  batch.source = "local";
  const RecordId local{"local", RecordKind::local, "13108675309"};
  batch.upserts = {person(local, "Caller", 1)};
  open.apply(batch);
  batch.upserts.clear();
  batch.deletions = {{local, 2, contact("50")}};
  open.apply(batch);
  CHECK(open.answer(contact("50")) == "crm:contact:50 <- crm:lead:1 <- local:local:13108675309");
}

TEST_CASE("a deleted record learns later what it was merged into, and the newest word counts") {
  OpenIndex open;
  open.upsert({person("1", "A", 1), person("2", "B", 1), person("3", "C", 1)});
  open.erase(contact("1"), 10);
  CHECK(open.erase(contact("1"), 5, contact("2")).merged == 1);
  CHECK(open.answer(contact("1")) == "crm:contact:2 <- crm:contact:1");
  CHECK(open.erase(contact("1"), 5, contact("2")).merged == 0);
  // Told again without the survivor: it is still known.
  open.erase(contact("1"), 20);
  CHECK(open.answer(contact("1")) == "crm:contact:2 <- crm:contact:1");
  open.erase(contact("1"), 30, contact("3"));
  CHECK(open.answer(contact("1")) == "crm:contact:3 <- crm:contact:1");
  CHECK(open.answer(contact("2")) == "crm:contact:2");
  open.erase(contact("1"), 25, contact("2"));
  CHECK(open.answer(contact("1")) == "crm:contact:3 <- crm:contact:1");
}

TEST_CASE("where a source may not delete, only merges remove") {
  OpenIndex open;
  const ApplyPolicy keep{.delete_records = false};
  open.upsert({person("1", "A", 1, {kOld}), person("2", "B", 1)});
  CHECK(open.erase(contact("1"), 5, std::nullopt, keep).deleted == 0);
  CHECK(open.erase(contact("1"), 5, contact("1"), keep).deleted == 0);
  CHECK(open.ids(kOld) == "1");
  CHECK(open.erase(contact("1"), 5, contact("2"), keep).merged == 1);
  CHECK(open.ids(kOld) == "");
}

TEST_CASE("an organization's name reaches its members, old and new") {
  OpenIndex open;
  open.upsert({member("1", "Anna", 1, "7"), member("2", "Bo", 1, "8")});
  CHECK(open.organizations({{"7", "Acme"}, {"", "nameless id"}}).renamed == 1);
  CHECK(open.record(contact("1")).organization == "Acme");
  CHECK(open.record(contact("2")).organization == "");
  open.upsert({member("3", "Cy", 1, "7")});
  CHECK(open.record(contact("3")).organization == "Acme");
  CHECK(open.organizations({{"7", "Acme"}}).renamed == 0);
  CHECK(open.organizations({{"7", "Acme GmbH"}}).renamed == 2);
  CHECK(open.record(contact("1")).organization == "Acme GmbH");
  CHECK(open.record(contact("1")).version == 1);
  CHECK(open.look(kOld).found.cards.at(2).organization == "Acme GmbH");
  // Moved to another organization, deleted: no longer a member.
  open.upsert({member("1", "Anna", 2, "8")});
  open.erase(contact("3"), 1);
  CHECK(open.organizations({{"7", "Gone"}}).renamed == 0);
  CHECK(open.organizations({{"8", "Beta"}}).renamed == 2);
  CHECK(open.organizations({{"8", ""}}).renamed == 2);
  CHECK(open.record(contact("1")).organization == "");
}

TEST_CASE("organization and members may come in one batch in any order of ids") {
  OpenIndex open;
  ChangeBatch batch = OpenIndex::batch();
  batch.organizations = {{"7", "First"}, {"7", "Second"}};
  batch.upserts = {member("1", "Anna", 1, "7")};
  open.apply(batch);
  CHECK(open.record(contact("1")).organization == "Second");
  batch.organizations = {{"7", "Third"}};
  batch.upserts = {member("1", "Anne", 2, "7")};
  open.apply(batch);
  CHECK(open.record(contact("1")).organization == "Third");
  CHECK(open.record(contact("1")).name == "Anne");
}

TEST_CASE("an organization of another source is another organization") {
  OpenIndex open;
  open.upsert({member("1", "Anna", 1, "7")});
  ChangeBatch other = OpenIndex::batch();
  other.source = "crm2";
  other.organizations = {{"7", "Other"}};
  CHECK(open.apply(other).renamed == 0);
  CHECK(open.record(contact("1")).organization == "");
}

TEST_CASE("until its organization is known, a record's own word for it is shown") {
  OpenIndex open;
  CHECK(open.upsert({member("1", "", 1, "7", "Acme")}).added == 1);
  CHECK(open.record(contact("1")).organization == "Acme");
  CHECK(open.organizations({{"7", "Acme"}}).renamed == 0);
  CHECK(open.organizations({{"7", "Acme GmbH"}}).renamed == 1);
  CHECK(open.upsert({member("1", "", 2, "7", "Acme")}).unchanged == 1);
  CHECK(open.record(contact("1")).organization == "Acme GmbH");
}

TEST_CASE("a record without a name stands under its organization's, and never under none") {
  OpenIndex open;
  const ApplyResult refused = open.upsert({member("1", "", 1, "7")});
  CHECK(refused.nameless == std::vector{contact("1")});
  CHECK(refused.added == 0);
  CHECK(open.answer(contact("1")) == "unknown");
  CHECK(open.state().records == 0);

  open.organizations({{"7", "Acme"}});
  CHECK(open.upsert({member("1", "", 1, "7")}).added == 1);
  CHECK(open.record(contact("1")).organization == "Acme");
  // The organization loses its name, then the record is sent again.
  CHECK(open.organizations({{"7", ""}}).renamed == 0);
  CHECK(open.record(contact("1")).organization == "Acme");
  const ApplyResult kept = open.upsert({member("1", "", 2, "7")});
  CHECK(kept.kept_name == 1);
  CHECK(open.record(contact("1")).organization == "Acme");
}

TEST_CASE("an update never blanks a name") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1, {kOld})});
  const ApplyResult result = open.upsert({person("1", "", 2, {kNew})});
  CHECK(result.kept_name == 1);
  CHECK(result.updated == 1);
  CHECK(open.record(contact("1")).name == "Anna");
  CHECK(open.ids(kNew) == "1");
  CHECK(open.ids(kOld) == "");
  Record with_organization = person("1", "", 3, {kNew});
  with_organization.organization = "Acme";
  CHECK(open.upsert({with_organization}).kept_name == 1);
  CHECK(open.record(contact("1")).name == "Anna");
  CHECK(open.record(contact("1")).organization == "Acme");
}

TEST_CASE("a deleted record does not return without a name") {
  OpenIndex open;
  open.upsert({person("1", "Anna", 1)});
  open.erase(contact("1"), 2);
  CHECK(open.upsert({person("1", "", 3)}).nameless.size() == 1);
  CHECK(open.answer(contact("1")) == "gone");
}

TEST_CASE("the record limit refuses new records, keeps the rest and the checkpoint") {
  OpenIndex open;
  const ApplyPolicy two{.records_max = 2};
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("1", "A", 1), person("2", "B", 1)};
  batch.checkpoint = "page 2";
  CHECK(open.apply(batch, two, at(100)).over_limit == 0);
  batch.upserts = {person("3", "C", 1), person("1", "A changed", 2), person("4", "D", 1)};
  batch.checkpoint = "page 3";
  const ApplyResult result = open.apply(batch, two, at(200));
  CHECK(result.over_limit == 2);
  CHECK(result.updated == 1);
  CHECK(result.added == 0);
  CHECK(open.record(contact("1")).name == "A changed");
  CHECK(open.answer(contact("3")) == "unknown");
  CHECK(open.state().checkpoint == "page 2");
  CHECK(open.index->read().checkpoint_at("default", "crm") == at(100));
  CHECK(open.state().records == 2);
  // The page is asked for again once there is room.
  CHECK(open.apply(batch, {.records_max = 4}, at(300)).added == 2);
  CHECK(open.state().checkpoint == "page 3");
  CHECK(open.index->read().checkpoint_at("default", "crm") == at(300));
  // A deletion makes room; a returning record needs it too.
  open.erase(contact("1"), 5);
  CHECK(open.upsert({person("5", "E", 1)}, at(1), {.records_max = 4}).added == 1);
  CHECK(open.upsert({person("1", "A", 6)}, at(1), {.records_max = 4}).over_limit == 1);
  CHECK(open.answer(contact("1")) == "gone");
}

TEST_CASE("a record named several times in one batch comes out as the last word") {
  OpenIndex open;
  ChangeBatch batch = OpenIndex::batch();
  batch.upserts = {person("1", "A", 1, {kOld}), person("1", "B", 2, {kNew}), person("1", "C", 1, {kOld}),
                   person("2", "D", 1, {kOld})};
  batch.deletions = {{contact("2"), 1, contact("1")}, {contact("2"), 2, std::nullopt}};
  const ApplyResult result = open.apply(batch);
  CHECK(result.added == 2);
  CHECK(result.updated == 1);
  CHECK(result.stale == 1);
  CHECK(result.merged == 1);
  CHECK(open.ids(kOld) == "");
  CHECK(open.ids(kNew) == "1");
  CHECK(open.record(contact("1")).name == "B");
  CHECK(open.answer(contact("2")) == "crm:contact:1 <- crm:contact:2");
  CHECK(open.state().records == 1);
}

TEST_CASE("the checkpoint moves only when a batch brings one") {
  OpenIndex open;
  ChangeBatch batch = OpenIndex::batch();
  batch.checkpoint.emplace("a");
  open.apply(batch, {}, at(10));
  open.upsert({person("1", "Anna", 1)}, at(20));
  CHECK(open.state().checkpoint == "a");
  CHECK(open.index->read().checkpoint_at("default", "crm") == at(10));
  batch.checkpoint.emplace();
  open.apply(batch, {}, at(30));
  CHECK(open.state().checkpoint == "");
}

}  // namespace ringdex::index
