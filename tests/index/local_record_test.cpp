#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

const std::set<std::string> kSources{"crm", "shop", "local"};

RecordId local(const std::string& external_id) {
  return {"local", RecordKind::local, external_id};
}

ChangeBatch of(const std::string& source, std::vector<Record> upserts) {
  ChangeBatch batch;
  batch.account = "default";
  batch.source = source;
  batch.upserts = std::move(upserts);
  return batch;
}

ChangeBatch unknown_caller(const std::string& e164) {
  ChangeBatch batch = of("local", {person(local(""), e164, 0, {e164})});
  batch.unless_held_in = kSources;
  return batch;
}

class LocalIndex {
 public:
  Index& operator*() { return index_; }
  Index* operator->() { return &index_; }
  ApplyResult apply(ChangeBatch batch) {
    const auto applied = index_.apply(std::move(batch), {}, at(++now_));
    REQUIRE(applied);
    return *applied;
  }
  std::vector<std::string> holders(const std::string& e164) {
    const IndexView view = index_.read();
    const auto found = view.find("default", number(e164), 1'000);
    REQUIRE(found);
    std::vector<std::string> ids;
    for (const Card& card : found->cards) ids.push_back(card.id_text());
    return ids;
  }
  void pass(std::int64_t milliseconds) { now_ += milliseconds; }
  std::uint64_t locals() { return index_.read().source_state("default", "local")->records; }
  std::string now_known(const RecordId& id) {
    const auto found = index_.read().get("default", id);
    REQUIRE(found);
    const auto* known = std::get_if<KnownRecord>(&*found);
    return known == nullptr ? "" : known->record.id.to_string();
  }

 private:
  tests::TempDir dir_;
  std::unique_ptr<Store> store_ = open_store(dir_);
  Index index_{*store_};
  std::int64_t now_ = 0;
};

TEST_CASE("a local record is numbered, and refused while somebody has its number") {
  LocalIndex index;
  const auto made = index.apply(unknown_caller("+12125550199"));
  CHECK(made.numbered == std::vector<RecordId>{local("1")});
  const auto again = index.apply(unknown_caller("+12125550199"));
  CHECK(again.refused == 1);
  CHECK(again.holders == std::vector<RecordId>{local("1")});
  CHECK(again.position == made.position);
  // Two in one batch get two numbers.
  const auto two = index.apply(of("local", {person(local(""), "A", 0, {"+12125550101"}), person(local(""), "B", 0)}));
  CHECK(two.numbered == std::vector<RecordId>{local("3"), local("4")});
  CHECK(index.locals() == 3);
  // A record of a source that is not asked about does not count.
  index.apply(of("old", {person(contact("1", "old"), "Old", 1, {"+12125550150"})}));
  CHECK(index.apply(unknown_caller("+12125550150")).refused == 0);
}

TEST_CASE("a local record's id is never given again, and who is gone is not written back") {
  LocalIndex index;
  const RecordId first = index.apply(unknown_caller("+12125550199")).numbered.at(0);
  ChangeBatch deletion = of("local", {});
  deletion.deletions.push_back({first, 0});
  index.apply(std::move(deletion));
  const auto late = index.apply(of("local", {person(first, "Joe", 0, {"+12125550199"})}));
  CHECK(late.refused == 1);
  CHECK(late.holders.empty());
  CHECK(index.holders("+12125550199").empty());
  CHECK(index.apply(unknown_caller("+12125550199")).numbered.at(0) != first);
  // In an index that was begun anew, later.
  LocalIndex fresh;
  fresh.pass(1'000);
  CHECK(fresh.apply(unknown_caller("+12125550199")).numbered.at(0) != first);
  // A name that is taken away is not kept, as it is of a CRM's record.
  const RecordId named = fresh.apply(of("local", {person(local(""), "Joe", 0, {"+12125550101"})})).numbered.at(0);
  Record company = person(named, "", 0, {"+12125550101"});
  company.organization = "Pipes";
  CHECK(fresh.apply(of("local", {company})).updated == 1);
  const auto found = fresh->read().get("default", named);
  CHECK(std::get<KnownRecord>(*found).record.name.empty());
}

TEST_CASE("what is written last of a local record counts, whatever the clock says") {
  LocalIndex index;
  index.apply(unknown_caller("+12125550199"));
  auto edited = person(local("1"), "The plumber", 0, {"+12125550199"});
  CHECK(index.apply(of("local", {edited})).updated == 1);
  edited.name = "The gardener";
  CHECK(index.apply(of("local", {edited})).updated == 1);
  ChangeBatch deletion = of("local", {});
  deletion.deletions.push_back({local("1"), 0});
  CHECK(index.apply(std::move(deletion)).deleted == 1);
  CHECK(index.holders("+12125550199").empty());
  CHECK(index.locals() == 0);
}

TEST_CASE("a local record gives way to whoever brings its number, in the same write") {
  LocalIndex index;
  index.apply(unknown_caller("+12125550199"));
  SUBCASE("a new record") {
    const auto applied = index.apply(of("crm", {person("7", "Paul", 1, {"+12125550111", "+12125550199"})}));
    CHECK(applied.gave_way == 1);
    CHECK(applied.added == 1);
  }
  SUBCASE("a known one that gained it") {
    CHECK(index.apply(of("crm", {person("7", "Paul", 1, {"+12125550111"})})).gave_way == 0);
    CHECK(index.apply(of("crm", {person("7", "Paul", 2, {"+12125550199"})})).gave_way == 1);
  }
  SUBCASE("in another national form of the same number") {
    index.apply(unknown_caller("+5215512345678"));
    CHECK(index.apply(of("crm", {person("7", "Paul", 1, {"+12125550199", "+525512345678"})})).gave_way == 2);
    CHECK(index.now_known(local("2")) == "crm:contact:7");
  }
  SUBCASE("a lead that has it only once its person is there") {
    Record lead = person({"crm", RecordKind::lead, "l"}, "", 1);
    lead.person_id = "7";
    CHECK(index.apply(of("crm", {lead})).gave_way == 0);
    CHECK(index.apply(of("crm", {person("7", "Paul", 1, {"+12125550199"})})).gave_way == 1);
  }
  CHECK(index.now_known(local("1")) == "crm:contact:7");
  const auto holders = index.holders("+12125550199");
  CHECK(std::ranges::find(holders, "crm:contact:7") != holders.end());
  CHECK(std::ranges::find(holders, "local:local:1") == holders.end());
  CHECK(index.locals() == 0);
}

// The model: who has which number, and to whom each local record leads.
TEST_CASE("random changes: no number has two local records, and none beside a source's record") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 draw(seed);
  const auto below = [&](unsigned bound) { return std::uniform_int_distribution<unsigned>(0, bound - 1)(draw); };
  const auto phone = [&] { return "+1212555010" + std::to_string(below(8)); };

  for (int history = 0; history < 20; ++history) {
    LocalIndex index;
    std::map<RecordId, std::set<std::string>> live;  // with their numbers
    std::map<RecordId, RecordId> gave_way;
    for (int step = 1; step <= 60; ++step) {
      if (below(3) == 0) {
        const std::string wanted = phone();
        const bool held = std::ranges::any_of(live, [&](const auto& entry) { return entry.second.contains(wanted); });
        const auto applied = index.apply(unknown_caller(wanted));
        REQUIRE(applied.refused == (held ? 1u : 0u));
        if (!held) live[applied.numbered.at(0)] = {wanted};
      } else {
        const std::string source = below(2) == 0 ? "crm" : "shop";
        const RecordId id = contact(std::to_string(below(4)), source);
        if (below(4) == 0) {
          ChangeBatch batch = of(source, {});
          batch.deletions.push_back({id, step});
          index.apply(std::move(batch));
          live.erase(id);
          continue;
        }
        const std::string first = phone();
        const std::string second = phone();
        const auto before = live.contains(id) ? live[id] : std::set<std::string>();
        index.apply(of(source, {person(id, "P", step, {first, second})}));
        live[id] = {first, second};
        for (auto at = live.begin(); at != live.end();) {
          const bool gives_way =
              at->first.source == kLocalSource && (at->second.contains(first) || at->second.contains(second));
          if (gives_way) gave_way.emplace(at->first, id);
          at = gives_way ? live.erase(at) : std::next(at);
        }
      }
      std::uint64_t locals = 0;
      std::map<std::string, std::set<std::string>> expected;
      for (const auto& [id, numbers] : live) {
        locals += id.source == kLocalSource ? 1u : 0u;
        for (const auto& one : numbers) expected[one].insert(id.to_string());
      }
      REQUIRE(index.locals() == locals);
      for (int digit = 0; digit < 8; ++digit) {
        const std::string e164 = "+1212555010" + std::to_string(digit);
        const auto ids = index.holders(e164);
        REQUIRE(std::set<std::string>(ids.begin(), ids.end()) == expected[e164]);
      }
      for (const auto& [from, to] : gave_way) {
        REQUIRE(index.now_known(from) == (live.contains(to) ? to.to_string() : ""));
      }
    }
  }
}

}  // namespace
}  // namespace ringdex::index
