// Records that have the name and the numbers of another one.

#include <doctest/doctest.h>

#include <map>
#include <random>

#include "tests/index/open_index.h"

namespace ringdex::index {
namespace {

const std::string kSource = "crm";

RecordId contact_id(const std::string& id) {
  return {kSource, RecordKind::contact, id};
}
RecordId lead_id(const std::string& id) {
  return {kSource, RecordKind::lead, id};
}

Record person(const std::string& id, const std::string& name, const std::string& number, std::int64_t version) {
  Record record;
  record.id = contact_id(id);
  record.name = name;
  record.version = version;
  record.emails = {name + "@example.org"};
  record.phones.push_back({number, telephony::PhoneNumber::from_e164(number), "work", ""});
  return record;
}

Record lead(const std::string& id, const std::string& person_id, std::int64_t version) {
  Record record;
  record.id = lead_id(id);
  record.person_id = person_id;
  record.custom["title"] = "Deal " + id;
  record.version = version;
  return record;
}

struct Scene {
  OpenIndex open;
  std::int64_t version = 100;

  ApplyResult apply(ChangeBatch batch) {
    batch.account = "default";
    batch.source = kSource;
    auto applied = open.index->apply(std::move(batch), {.sweep_guard_percent = 100}, at(++version));
    REQUIRE(applied);
    return *applied;
  }
  ApplyResult put(std::vector<Record> records) { return apply({.upserts = std::move(records)}); }
  ApplyResult remove(const RecordId& id, std::optional<RecordId> into = std::nullopt) {
    return apply({.deletions = {{id, ++version, std::move(into)}}});
  }
  std::string name_of(const RecordId& id) const {
    const auto got = open.index->read().get("default", id);
    REQUIRE(got);
    const auto* known = std::get_if<KnownRecord>(&*got);
    if (known == nullptr) return std::holds_alternative<GoneRecord>(*got) ? "gone" : "unknown";
    return known->record.name;
  }
  std::uint64_t on(const std::string& number) const { return open.look(number, 25).found.total; }
  std::uint64_t records() const { return open.index->read().source_state("default", kSource)->records; }
};

constexpr const char* kFirst = "+13108675301";
constexpr const char* kSecond = "+13108675302";

TEST_CASE("a lead is found by its person's number, whichever comes first") {
  for (const int order : {0, 1, 2}) {
    CAPTURE(order);
    Scene scene;
    if (order == 0) {
      scene.put({person("1", "Ann", kFirst, 5)});
      CHECK(scene.put({lead("a", "1", 5)}).added == 1);
    } else if (order == 1) {
      CHECK(scene.put({lead("a", "1", 5)}).added == 0);
      CHECK(scene.name_of(lead_id("a")) == "gone");
      CHECK(scene.records() == 0);
      CHECK(scene.put({person("1", "Ann", kFirst, 5)}).added == 2);
    } else {
      CHECK(scene.put({lead("a", "1", 5), person("1", "Ann", kFirst, 5)}).added == 2);
    }
    CHECK(scene.name_of(lead_id("a")) == "Ann");
    CHECK(scene.on(kFirst) == 2);
    CHECK(scene.records() == 2);
    const auto got = scene.open.index->read().get("default", lead_id("a"));
    CHECK(std::get<KnownRecord>(*got).record.emails == std::vector<std::string>{"Ann@example.org"});
    CHECK(std::get<KnownRecord>(*got).record.custom.at("title") == "Deal a");
  }
}

TEST_CASE("it follows its person") {
  Scene scene;
  scene.put({person("1", "Ann", kFirst, 5), lead("a", "1", 5), lead("b", "1", 5)});
  SUBCASE("through a change") {
    CHECK(scene.put({person("1", "Anna", kSecond, 6)}).updated == 3);
    CHECK(scene.name_of(lead_id("a")) == "Anna");
    CHECK(scene.on(kFirst) == 0);
    CHECK(scene.on(kSecond) == 3);
  }
  SUBCASE("out, and in again when the person returns") {
    CHECK(scene.remove(contact_id("1")).deleted == 3);
    CHECK(scene.name_of(lead_id("a")) == "gone");
    CHECK(scene.on(kFirst) == 0);
    CHECK(scene.records() == 0);
    CHECK(scene.put({person("1", "Ann", kFirst, scene.version + 100)}).added == 3);
    CHECK(scene.on(kFirst) == 3);
    CHECK(scene.records() == 3);
  }
  SUBCASE("to the winner of a merge, and on with that one") {
    scene.put({person("2", "Bob", kSecond, 5)});
    const auto merged = scene.remove(contact_id("1"), contact_id("2"));
    CHECK(merged.merged == 1);
    CHECK(merged.updated == 2);
    CHECK(scene.name_of(lead_id("b")) == "Bob");
    CHECK(scene.on(kSecond) == 3);
    scene.put({person("2", "Bobby", kFirst, 200)});
    CHECK(scene.on(kFirst) == 3);
    // The CRM may name the loser still.
    scene.put({lead("a", "1", 201)});
    CHECK(scene.name_of(lead_id("a")) == "Bobby");
  }
  SUBCASE("but goes alone") {
    CHECK(scene.remove(lead_id("a")).deleted == 1);
    CHECK(scene.name_of(contact_id("1")) == "Ann");
    CHECK(scene.on(kFirst) == 2);
  }
  SUBCASE("out at the end of a listing that does not show the person") {
    scene.apply({.upserts = {lead("a", "1", 5), lead("b", "1", 5)}, .begins_listing = true, .ends_listing = true});
    CHECK(scene.on(kFirst) == 0);
    CHECK(scene.records() == 0);
  }
}

TEST_CASE("an unchanged person and lead are nothing new") {
  Scene scene;
  scene.put({person("1", "Ann", kFirst, 5), lead("a", "1", 5)});
  const auto again = scene.put({person("1", "Ann", kFirst, 5), lead("a", "1", 5)});
  CHECK(again.unchanged == 2);
  CHECK(again.updated + again.added + again.deleted == 0);
}

// Versions only grow, so that the newest word is the truth, and the oracle can be plain maps.
TEST_CASE("random changes leave every lead with what its person has") {
  const std::string numbers[] = {"+13108675301", "+13108675302", "+13108675303"};
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 chance(seed);
    const auto below = [&](std::uint64_t end) { return chance() % end; };
    Scene scene;
    std::map<std::string, std::pair<std::string, std::string>> persons;  // id -> name, number
    std::map<std::string, std::string> leads;                            // id -> person
    std::map<std::string, std::string> merged;                           // loser -> winner
    for (int step = 0; step < 60; ++step) {
      ChangeBatch batch;
      for (std::uint64_t left = 1 + below(4); left > 0; --left) {
        const std::string id = std::to_string(below(4));
        const std::string other = std::to_string(below(4));
        scene.version += 2;
        switch (below(4)) {
          case 0: {
            const auto& number = numbers[below(3)];
            const std::string name = "P" + std::to_string(below(3));
            // In one batch deletions come after upserts, so nothing is written that the same batch removes.
            if (!batch.deletions.empty()) break;
            batch.upserts.push_back(person(id, name, number, scene.version));
            persons[id] = {name, number};
            merged.erase(id);
            break;
          }
          case 1:
            if (!batch.deletions.empty()) break;
            batch.upserts.push_back(lead(id, other, scene.version));
            leads[id] = other;
            break;
          case 2:
            batch.deletions.push_back({lead_id(id), scene.version, std::nullopt});
            leads.erase(id);
            break;
          case 3: {
            const bool merge = below(2) == 0 && id != other && persons.contains(other) && persons.contains(id);
            batch.deletions.push_back(
                {contact_id(id), scene.version, merge ? std::optional(contact_id(other)) : std::nullopt});
            if (merge) merged[id] = other;
            persons.erase(id);
            break;
          }
        }
      }
      scene.apply(std::move(batch));
      if (below(10) == 0) scene.open.reopen();
      std::map<std::string, std::uint64_t> bearing;
      std::uint64_t shown = persons.size();
      for (const auto& [id, named] : persons) ++bearing[named.second];
      for (const auto& [id, named] : leads) {
        std::string person_id = named;
        for (int hops = 0; hops < 4 && !persons.contains(person_id) && merged.contains(person_id); ++hops) {
          person_id = merged[person_id];
        }
        const auto owner = persons.find(person_id);
        const std::string expected = owner == persons.end() ? "gone" : owner->second.first;
        REQUIRE(scene.name_of(lead_id(id)) == expected);
        if (owner == persons.end()) continue;
        ++bearing[owner->second.second];
        ++shown;
      }
      for (const auto& number : numbers) REQUIRE(scene.on(number) == bearing[number]);
      REQUIRE(scene.records() == shown);
    }
  }
}

}  // namespace
}  // namespace ringdex::index
