// What every connector must do, over real HTTP against its fake CRM, through the same parts that run it in the server.

#include <string>
#include <vector>

#include "tests/sync/connectors/crm_scene.h"

namespace ringdex::sync {
namespace {

using index::RecordId;
using index::RecordKind;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using test_support::FakeFault;

constexpr std::size_t kPageRows = 5;

FakePerson person(int number, const std::string& organization = "") {
  const std::string digits = std::to_string(100 + number % 900);
  return {"Person " + std::to_string(number),
          organization,
          {"+1310555" + std::string(4 - digits.size(), '0') + digits},
          {"p" + std::to_string(number) + "@example.org"}};
}

struct Scene {
  KitClock clock;
  CrmStore store;
  MirroredCrm crm;
  std::vector<RecordId> ids;

  explicit Scene(const CrmType& type) : crm(type, store, clock, "default", "crm", kPageRows, [] { return 0.5; }) {}

  CrmKit& kit() { return crm.kit(); }
  // Many in one moment, some with an organization, some leads where the CRM has such.
  void people(int count) {
    for (int i = 0; i < count; ++i) {
      const bool lead = kit().has_leads() && i % 4 == 3;
      ids.push_back(kit().add(lead ? RecordKind::lead : RecordKind::contact,
                              person(static_cast<int>(ids.size()), i % 3 == 0 ? "Acme" : "")));
      REQUIRE_FALSE(ids.back().external_id.empty());
      if (i % 12 == 11) clock.pass(seconds(1));
    }
  }
  RecordId contact(std::size_t which) const {
    std::size_t seen = 0;
    for (const auto& id : ids) {
      if (id.kind == RecordKind::contact && seen++ == which) return id;
    }
    FAIL("not so many contacts");
    return {};
  }
  // A first copy that shows everything, also what changed a moment ago.
  void copy() {
    clock.pass(minutes(3));
    REQUIRE(crm.run(RunKind::full));
    clock.pass(minutes(30));
    REQUIRE(crm.run(RunKind::delta));
    REQUIRE(crm.differences() == "");
  }
  void delta() {
    clock.pass(minutes(30));
    REQUIRE(crm.run(RunKind::delta));
  }
  void sweep() {
    REQUIRE(crm.run(RunKind::sweep));
    REQUIRE(crm.confirm());
  }
  void restart() {
    crm.stop();
    store.reopen();
    REQUIRE(store.ledger->close_interrupted(clock.now()));
    crm.start();
  }
  std::string lookup(const RecordId& id) {
    const auto got = store.open.index->read().get("default", id);
    const auto* known = got ? std::get_if<index::KnownRecord>(&*got) : nullptr;
    if (known == nullptr) return got && std::holds_alternative<index::GoneRecord>(*got) ? "gone" : "unknown";
    return known->record.id == id ? "there" : "leads to " + known->record.id.external_id;
  }
};

// One subcase for each CRM.
#define EACH_CRM(scene)                                      \
  for (const CrmType& type : crm_types()) SUBCASE(type.name) \
  for (Scene scene(type), *once = &scene; once != nullptr; once = nullptr)

TEST_CASE("a full copy brings everybody, however many share a moment") {
  EACH_CRM(scene) {
    scene.people(60);
    scene.copy();
    CHECK(scene.store.open.index->read().source_state("default", "crm")->records == scene.kit().people().size());
  }
}

TEST_CASE("a copy and a delta that are cut off at each page bring the same") {
  EACH_CRM(scene) {
    scene.people(40);
    scene.clock.pass(minutes(3));
    for (int round = 0; round < 2; ++round) {
      for (int steps = 0;; ++steps) {
        REQUIRE(steps < 300);
        const TimePoint next = scene.crm.step();
        if (scene.crm.syncer().status().state == SourceStateName::idle) break;
        scene.clock.pass(std::max(next - scene.clock.now(), std::chrono::milliseconds(0)));
        scene.restart();
      }
      scene.delta();
      CHECK(scene.crm.differences() == "");
      for (std::size_t i = 0; i < scene.ids.size(); i += 2)
        scene.kit().change(scene.ids[i], person(200 + static_cast<int>(i)));
      scene.clock.pass(minutes(31));
    }
  }
}

TEST_CASE("a delta brings what was added and changed, and no more pages than that") {
  EACH_CRM(scene) {
    scene.people(40);
    scene.copy();
    scene.clock.pass(hours(1));
    REQUIRE(scene.kit().change(scene.contact(3), person(300, "Gamma")));
    const auto added = scene.kit().add(RecordKind::contact, person(301));
    scene.clock.pass(minutes(3));
    REQUIRE(scene.crm.run(RunKind::delta));
    CHECK(scene.crm.differences() == "");
    CHECK(scene.lookup(added) == "there");
    const auto run = scene.store.ledger->runs("default", "crm", 1)->front();
    CHECK(run.kind == "delta");
    CHECK(run.counts.added == 1);
    CHECK(run.pages < 10);
    // Nothing changed, nothing is written.
    scene.delta();
    const auto idle = scene.store.ledger->runs("default", "crm", 1)->front();
    CHECK(idle.counts.added + idle.counts.updated + idle.counts.deleted == 0);
  }
}

TEST_CASE("an organization's new name reaches its people with a delta") {
  EACH_CRM(scene) {
    scene.people(20);
    scene.copy();
    REQUIRE(scene.kit().rename_organization("Acme", "Acme & Sons"));
    scene.clock.pass(minutes(3));
    scene.delta();
    CHECK(scene.crm.differences() == "");
  }
}

TEST_CASE("who is deleted, merged or converted leaves at the webhook, without a page") {
  EACH_CRM(scene) {
    scene.people(24);
    scene.copy();
    scene.kit().take_webhooks();
    const RecordId gone = scene.contact(1);
    const RecordId loser = scene.contact(2);
    const RecordId winner = scene.contact(4);
    REQUIRE(scene.kit().remove(gone));
    REQUIRE(scene.kit().merge(loser, winner));
    scene.crm.deliver_all();
    CHECK(scene.lookup(gone) == "gone");
    REQUIRE(scene.crm.settle_inbox());
    CHECK(scene.lookup(loser) == "leads to " + winner.external_id);
    CHECK(scene.crm.differences() == "");
    // Repeated and late events change nothing.
    scene.kit().change(winner, person(310));
    auto requests = scene.kit().take_webhooks();
    std::ranges::reverse(requests);
    for (int times = 0; times < 2; ++times) {
      for (const auto& request : requests) CHECK(scene.crm.deliver(request));
    }
    REQUIRE(scene.crm.settle_inbox());
    CHECK(scene.crm.differences() == "");
  }
}

TEST_CASE("what webhooks lost, deltas and a sweep find") {
  EACH_CRM(scene) {
    scene.people(24);
    scene.copy();
    REQUIRE(scene.kit().remove(scene.contact(1)));
    REQUIRE(scene.kit().merge(scene.contact(2), scene.contact(4)));
    for (const auto& id : scene.ids) {
      if (id.kind == RecordKind::lead && scene.kit().convert(id)) break;
    }
    scene.kit().take_webhooks();
    scene.clock.pass(minutes(3));
    scene.delta();
    scene.sweep();
    CHECK(scene.crm.differences() == "");
    const auto runs = scene.store.ledger->runs("default", "crm", 10);
    CHECK(std::ranges::count_if(*runs, [](const auto& run) { return run.kind == "sweep"; }) == 1);
  }
}

TEST_CASE("who is brought back comes back") {
  EACH_CRM(scene) {
    scene.people(12);
    scene.copy();
    const RecordId id = scene.contact(1);
    REQUIRE(scene.kit().remove(id));
    scene.crm.deliver_all();
    REQUIRE(scene.crm.settle_inbox());
    CHECK(scene.lookup(id) == "gone");
    scene.clock.pass(minutes(5));
    if (!scene.kit().restore(id)) continue;  // Zendesk cannot
    scene.clock.pass(minutes(3));
    scene.delta();
    CHECK(scene.lookup(id) == "there");
    CHECK(scene.crm.differences() == "");
  }
}

TEST_CASE("an access token that ends in the middle is renewed") {
  EACH_CRM(scene) {
    scene.people(40);
    scene.clock.pass(minutes(3));
    for (int steps = 0; steps < 300; ++steps) {
      if (steps % 2 == 0) scene.kit().expire_access_token();
      const TimePoint next = scene.crm.step();
      if (scene.crm.syncer().status().state == SourceStateName::idle) break;
      scene.clock.pass(std::max(next - scene.clock.now(), std::chrono::milliseconds(0)));
    }
    scene.delta();
    CHECK(scene.crm.differences() == "");
    const auto runs = scene.store.ledger->runs("default", "crm", 10);
    for (const auto& run : *runs) CHECK(run.outcome == "finished");
  }
}

TEST_CASE("a storm of refusals for want of budget costs time and nothing else") {
  EACH_CRM(scene) {
    scene.kit().limit_requests_per_minute(3);
    scene.people(40);
    scene.copy();
  }
}

TEST_CASE("broken answers of all kinds are asked for again") {
  EACH_CRM(scene) {
    scene.people(40);
    scene.clock.pass(minutes(3));
    const auto fault = [&](FakeFault::Kind kind, int status = 500, const std::string& body = "") {
      scene.kit().server().add_fault(
          {.path_part = scene.crm.api_path(), .times = 2, .kind = kind, .status = status, .body = body});
      scene.crm.syncer().request(RunKind::delta);
      for (int steps = 0; steps < 3; ++steps) {
        scene.crm.step();
        scene.clock.pass(seconds(90));
      }
    };
    fault(FakeFault::Kind::truncate);
    fault(FakeFault::Kind::close);
    fault(FakeFault::Kind::answer, 500, "oh");
    fault(FakeFault::Kind::answer, 503);
    fault(FakeFault::Kind::answer, 502, "<html>");
    fault(FakeFault::Kind::answer, 429, "{}");
    fault(FakeFault::Kind::answer, 200, "not JSON");
    fault(FakeFault::Kind::answer, 200, "null");
    fault(FakeFault::Kind::answer, 200, "{}");
    fault(FakeFault::Kind::answer, 200, R"({"users":[{}],"records":[{}],"data":[{}],"end_of_stream":false})");
    CHECK(scene.kit().server().faults_met() > 0);
    scene.kit().server().clear_faults();
    REQUIRE(scene.crm.finish());
    scene.delta();
    scene.sweep();
    CHECK(scene.crm.differences() == "");
  }
}

TEST_CASE("a page that leads to itself is told and not read for ever") {
  EACH_CRM(scene) {
    scene.people(40);
    scene.clock.pass(minutes(3));
    if (!scene.kit().stand_still(true)) continue;
    for (int steps = 0; steps < 30; ++steps) {
      const TimePoint next = scene.crm.step();
      scene.clock.pass(std::max(next - scene.clock.now(), std::chrono::milliseconds(0)));
    }
    CHECK(scene.crm.syncer().status().state == SourceStateName::backing_off);
    CHECK_FALSE(scene.crm.syncer().status().reason.empty());
    scene.kit().stand_still(false);
    REQUIRE(scene.crm.finish());
    scene.copy();
  }
}

TEST_CASE("an empty page is not the end") {
  EACH_CRM(scene) {
    scene.people(40);
    scene.clock.pass(minutes(3));
    for (int steps = 0; steps < 300; ++steps) {
      if (steps % 3 == 1) scene.kit().empty_next_page();
      const TimePoint next = scene.crm.step();
      if (scene.crm.syncer().status().state == SourceStateName::idle) break;
      scene.clock.pass(std::max(next - scene.clock.now(), std::chrono::milliseconds(0)));
    }
    scene.delta();
    CHECK(scene.crm.differences() == "");
  }
}

TEST_CASE("a page ten times too large is taken as it is") {
  EACH_CRM(scene) {
    scene.kit().overfill_pages(10);
    scene.people(120);
    scene.copy();
  }
}

TEST_CASE("cursors that the CRM has forgotten begin anew") {
  EACH_CRM(scene) {
    scene.people(40);
    scene.clock.pass(minutes(3));
    for (int steps = 0; steps < 6; ++steps) {
      scene.crm.step();
      scene.clock.pass(seconds(10));
    }
    scene.kit().expire_cursors();
    REQUIRE(scene.crm.finish());
    scene.copy();
    scene.kit().expire_cursors();
    scene.kit().change(scene.contact(0), person(320));
    scene.clock.pass(minutes(3));
    scene.delta();
    CHECK(scene.crm.differences() == "");
  }
}

TEST_CASE("a clock that jumps loses nothing") {
  EACH_CRM(scene) {
    scene.people(30);
    scene.copy();
    int number = 330;
    for (const auto jump : {minutes(-120), minutes(600), minutes(-30), minutes(-1), minutes(1500)}) {
      CAPTURE(jump.count());
      scene.crm.skew(jump);
      scene.crm.syncer().request(RunKind::delta);
      for (int steps = 0; steps < 8; ++steps) scene.crm.step();
      scene.crm.skew(minutes(0));
      scene.kit().change(scene.contact(static_cast<std::size_t>(number) % 5), person(number));
      ++number;
      scene.clock.pass(minutes(5));
      scene.delta();
      scene.delta();
      CHECK(scene.crm.differences() == "");
    }
  }
}

TEST_CASE("one record is fetched by force, and the answer is true") {
  using Outcome = ResyncAnswer::Outcome;
  EACH_CRM(scene) {
    scene.people(24);
    scene.copy();
    const RecordId id = scene.contact(0);
    CHECK(scene.crm.resync(id).outcome == Outcome::unchanged);
    scene.clock.pass(seconds(10));
    REQUIRE(scene.kit().change(id, person(340)));
    CHECK(scene.crm.resync(id).outcome == Outcome::updated);
    CHECK(scene.crm.differences() == "");
    const RecordId winner = scene.contact(2);
    scene.clock.pass(seconds(10));
    REQUIRE(scene.kit().remove(scene.contact(1)));
    CHECK(scene.crm.resync(scene.contact(1)).outcome == Outcome::deleted);
    RecordId never = id;
    never.external_id = scene.kit().type() == "salesforce" ? "003ZZZZZZZZZZZZAAA" : "4999999";
    CHECK(scene.crm.resync(never).outcome == Outcome::not_found);
    scene.kit().server().add_fault({.times = 50, .status = 500});
    CHECK(scene.crm.resync(winner).outcome == Outcome::unreachable);
    scene.kit().server().clear_faults();
    CHECK(scene.crm.resync(winner).outcome == Outcome::unchanged);
  }
}

TEST_CASE("a search by phone finds who has the number, whole") {
  EACH_CRM(scene) {
    scene.people(8);
    const FakePerson wanted = person(350, "Acme");
    const RecordId id = scene.kit().add(RecordKind::contact, wanted);
    scene.clock.pass(minutes(3));
    const auto number = telephony::PhoneNumber::from_e164(wanted.phones.front());
    const auto found = scene.crm.connector().find_by_phone(*number, scene.clock.now());
    REQUIRE(found);
    const auto hit = std::ranges::find_if(*found, [&](const FetchedRecord& one) { return one.id == id; });
    REQUIRE(hit != found->end());
    REQUIRE(hit->record);
    CHECK(hit->record->name == wanted.name);
    REQUIRE(hit->record->phones.size() == 1);
    CHECK(hit->record->phones.front().number == number);
    const auto nobody =
        scene.crm.connector().find_by_phone(*telephony::PhoneNumber::from_e164("+12125559999"), scene.clock.now());
    REQUIRE(nobody);
    CHECK(nobody->empty());
  }
}

}  // namespace
}  // namespace ringdex::sync
