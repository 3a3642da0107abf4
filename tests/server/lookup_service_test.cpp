#include "server/lookup/lookup_service.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

#include "tests/support/temp_dir.h"
#include "tests/support/test_parser.h"

namespace ringdex::server {
namespace {

using index::ChangeBatch;
using index::Record;
using index::TimePoint;
using telephony::PhoneNumber;
using namespace std::chrono_literals;

const TimePoint kNow{std::chrono::hours(400'000)};

Record person(const std::string& id, const std::string& name, const std::string& e164) {
  Record made;
  made.id = {"crm", index::RecordKind::contact, id};
  made.name = name;
  made.phones = {{e164, PhoneNumber::from_e164(e164), "", ""}};
  made.version = 1;
  return made;
}

AccountSettings settings() {
  AccountSettings made;
  made.region = "US";
  made.pick.rules = {PickRule::oldest};
  made.same_person = SamePerson::name_number;
  made.source_labels = {{"crm", "The CRM"}};
  return made;
}

struct Fixture {
  tests::TempDir dir;
  std::unique_ptr<index::Store> store = index::Store::open({dir.file("index"), 8 << 20, 8 << 20}).value();
  index::Index mirror{*store};
  RememberedPicks picks;
  LookupService service{telephony::test_parser(), mirror, picks, {{"default", settings()}, {"other", settings()}}};

  std::string asked;  // what the last answer's views point to

  void put(std::vector<Record> records, const std::string& account = "default", TimePoint now = kNow) {
    ChangeBatch batch;
    batch.account = account;
    batch.source = records.front().id.source;
    batch.upserts = std::move(records);
    batch.checkpoint = "next";
    REQUIRE(mirror.apply(batch, {}, now));
  }
  LookupAnswer ask(const std::string& number, const std::string& account = "default",
                   telephony::Plan plan = telephony::Plan::automatic) {
    auto found = service.lookup({account, asked = number, "", "", plan}, kNow + 90s);
    REQUIRE(found);
    return std::move(*found);
  }
};

TEST_CASE_FIXTURE(Fixture, "none, one, many") {
  put({person("1", "Anna", "+12125550123")});
  put({person("0", "Bob", "+12125550123"), person("2", "Carl", "+12125550199")}, "default", kNow + 1s);
  const auto many = ask("(212) 555-0123");
  CHECK(many.match == Match::many);
  CHECK(many.total == 2);
  CHECK(many.leading(many.candidates[0]).name == "Anna");
  CHECK(many.label(many.found.cards[0]) == "The CRM");
  CHECK(many.default_reason->rule == "oldest");
  CHECK(many.freshness.at(0).age == 89s);
  CHECK(many.position() == 2);
  const auto one = ask("+12125550199");
  CHECK(one.match == Match::one);
  CHECK(one.default_reason->rule == "only_candidate");
  const auto none = ask("+12125550111");
  CHECK(none.match == Match::none);
  CHECK_FALSE(none.unmatchable);
  CHECK(none.number.parsed->number.to_e164() == "+12125550111");
  CHECK_FALSE(none.default_reason);
}

TEST_CASE_FIXTURE(Fixture, "accounts never mix") {
  put({person("1", "Anna", "+12125550123")});
  put({person("1", "Otto", "+12125550123")}, "other");
  CHECK(ask("+12125550123").found.cards.at(0).name == "Anna");
  CHECK(ask("+12125550123", "other").found.cards.at(0).name == "Otto");
  CHECK_FALSE(service.lookup({"nobody", "+12125550123", "", "", telephony::Plan::automatic}, kNow));
}

TEST_CASE_FIXTURE(Fixture, "the second reading is asked only if the first finds nobody, and is named") {
  put({person("1", "Berliner", "+4930231250")});
  const auto found = ask("4930231250");
  CHECK(found.match == Match::one);
  CHECK(found.number.reading == telephony::Reading::international);
  CHECK(ask("4930231250", "default", telephony::Plan::national).match == Match::none);
  CHECK(ask("4930231250", "default", telephony::Plan::e164).match == Match::one);
}

TEST_CASE_FIXTURE(Fixture, "own numbers, withheld callers, extensions and rubbish match nobody") {
  put({person("1", "Us", "+12125550100")});
  auto own = settings();
  own.own_numbers = {PhoneNumber::from_packed(12125550100)};
  service.set_accounts({{"default", own}});
  CHECK(ask("+12125550100").unmatchable == Unmatchable::own_number);
  CHECK(ask("+12125550100").candidates.empty());
  CHECK(ask("anonymous").unmatchable == Unmatchable::withheld);
  CHECK(ask("").unmatchable == Unmatchable::withheld);
  CHECK(ask("0000000000").unmatchable == Unmatchable::not_a_number);
  CHECK(ask("4711").unmatchable == Unmatchable::extension);
  CHECK(ask("<script>").unmatchable == Unmatchable::not_a_number);
}

TEST_CASE_FIXTURE(Fixture, "records of a source that is not configured are not shown") {
  Record stray = person("1", "Stray", "+12125550123");
  stray.id.source = "gone";
  put({stray});
  CHECK(ask("+12125550123").match == Match::none);
  std::vector<std::string> steps;
  REQUIRE(service.lookup({"default", "+12125550123", "", "", telephony::Plan::automatic}, kNow, &steps));
  CHECK(std::ranges::any_of(steps, [](const auto& step) { return step.find("not configured") != std::string::npos; }));
}

TEST_CASE_FIXTURE(Fixture, "those who may be shown are found behind many who may not") {
  std::vector<Record> strays;
  for (int i = 0; i < 1'500; ++i) {
    strays.push_back(person(std::to_string(i), "Stray " + std::to_string(i), "+12125550123"));
    strays.back().id.source = "gone";
  }
  put(strays);
  put({person("1", "Anna", "+12125550123")}, "default", kNow + 1s);
  const auto found = ask("+12125550123");
  CHECK(found.match == Match::one);
  CHECK(found.total == 1);
  CHECK(found.found.cards.at(0).name == "Anna");
}

TEST_CASE_FIXTURE(Fixture, "one person with more records than are compared") {
  std::vector<Record> crowd;
  for (int i = 0; i < 1'200; ++i) crowd.push_back(person(std::to_string(i), "Anna", "+12125550123"));
  put(crowd);
  const auto found = ask("+12125550123");
  CHECK(found.candidates.size() == 1);
  CHECK(found.match == Match::many);
  CHECK(found.default_reason->rule == "first_indexed_at");
}

TEST_CASE_FIXTURE(Fixture, "grouped records stay addressable; one organization is said") {
  Record twin = person("2", "ANNA", "+12125550123");
  Record anna = person("1", "Anna", "+12125550123");
  Record bob = person("3", "Bob", "+12125550123");
  for (Record* record : {&twin, &anna, &bob}) record->organization = "Acme";
  put({anna, twin, bob});
  const auto found = ask("+12125550123");
  CHECK(found.total == 2);
  REQUIRE(found.candidates.size() == 2);
  CHECK(found.candidates[0].records == 2);
  CHECK(found.shared_organization == "Acme");
}

TEST_CASE_FIXTURE(Fixture, "at most 25 candidates, and the total tells all") {
  std::vector<Record> crowd;
  for (int i = 0; i < 1'200; ++i)
    crowd.push_back(person(std::to_string(i), "Person " + std::to_string(i), "+12125550123"));
  put(crowd);
  const auto found = ask("+12125550123");
  CHECK(found.candidates.size() == kCandidatesMax);
  CHECK(found.total == 1'200);
  CHECK(found.match == Match::many);
}

TEST_CASE_FIXTURE(Fixture, "the called line's country reads a national number") {
  put({person("1", "Londoner", "+442079460100")});
  const auto ask_called = [&](const std::string& called, const std::string& region = "") {
    return service.lookup({"default", "020 7946 0100", region, called, telephony::Plan::automatic}, kNow)->match;
  };
  CHECK(ask_called("") == Match::none);
  CHECK(ask_called("+442079460999") == Match::one);
  CHECK(ask_called("", "GB") == Match::one);
  CHECK(ask_called("+442079460999", "US") == Match::none);
  auto with_line = settings();
  with_line.called_regions = {{PhoneNumber::from_packed(12125550177), "GB"}};
  service.set_accounts({{"default", with_line}});
  CHECK(ask_called("212 555 0177") == Match::one);
}

TEST_CASE_FIXTURE(Fixture, "equal lookups give equal picks while records come and go") {
  std::mt19937 random(11);
  std::string first;
  for (int i = 0; i < 60; ++i) {
    put({person(std::to_string(random() % 1000 + 1), "P" + std::to_string(i), "+12125550123")}, "default",
        kNow + std::chrono::seconds(i));
    const auto answer = ask("+12125550123");
    const std::string pick = answer.leading(answer.candidates.at(0)).id_text();
    if (first.empty()) first = pick;
    CHECK(pick == first);
  }
}

}  // namespace
}  // namespace ringdex::server
