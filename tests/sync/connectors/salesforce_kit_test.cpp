#include <doctest/doctest.h>

#include <algorithm>

#include "tests/support/fakes/crm_kit.h"
#include "tests/support/test_parser.h"

using namespace ringdex::sync;
using namespace ringdex::test_support;
using ringdex::index::Record;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;

// Every edit and every knob of the kit, seen through the connector alone.
namespace {

struct Rig {
  KitClock clock;
  std::unique_ptr<CrmKit> kit = make_crm_kit("salesforce", {"crm", clock, ringdex::telephony::test_parser(), 3});
  std::unique_ptr<Connector> connector = kit->make_connector();
  std::map<std::string, std::string> organizations;
  std::map<RecordId, Record> mirror;
  std::string cursor;

  std::vector<FetchErrorKind> run() {
    std::vector<FetchErrorKind> errors;
    for (bool more = true; more;) {
      auto page = connector->next_page(cursor, clock.now());
      if (!page) {
        errors.push_back(page.error().kind);
        if (errors.size() > 50 || page.error().kind == FetchErrorKind::malformed) return errors;
        clock.pass(page.error().wait.value_or(std::chrono::seconds(1)));
        continue;
      }
      for (auto& record : page->records) mirror[record.id] = record;
      for (const auto& deletion : page->deletions) mirror.erase(deletion.id);
      for (const auto& organization : page->organizations) organizations[organization.id] = organization.name;
      cursor = page->next_cursor;
      more = page->more;
    }
    return errors;
  }
  FakePerson person(const Record& record) const {
    FakePerson result{record.name, record.organization, {}, record.emails};
    if (!record.organization_id.empty()) result.organization = organizations.at(record.organization_id);
    for (const auto& phone : record.phones) {
      result.phones.push_back(phone.number ? phone.number->to_e164() : phone.raw);
    }
    return result;
  }
  void check_equal() const {
    const auto expected = kit->people();
    REQUIRE(mirror.size() == expected.size());
    for (const auto& [id, record] : mirror) {
      CAPTURE(id.to_string());
      REQUIRE(expected.contains(id));
      CHECK(person(record) == expected.at(id));
    }
  }
};

FakePerson someone(int number) {
  const std::string digits = std::to_string(1000 + number);
  FakePerson person{"Person " + digits, number % 3 == 0 ? "" : "Firm " + std::to_string(number % 4), {}, {}};
  for (int i = 0; i <= number % 6; ++i) person.phones.push_back("+1212555" + std::to_string(1000 + number * 7 + i));
  if (number % 2 == 0) person.emails.push_back("p" + digits + "@example.com");
  return person;
}

}  // namespace

TEST_CASE("salesforce kit: edits in plain words arrive") {
  Rig rig;
  std::vector<RecordId> ids;
  for (int i = 0; i < 30; ++i) {
    ids.push_back(rig.kit->add(i % 4 == 0 ? RecordKind::lead : RecordKind::contact, someone(i)));
  }
  CHECK(rig.run().empty());
  rig.check_equal();
  CHECK(rig.kit->change(ids[1], someone(77)));
  CHECK(rig.kit->remove(ids[2]));
  CHECK(rig.kit->merge(ids[3], ids[5]));
  CHECK_FALSE(rig.kit->merge(ids[4], ids[5]));
  CHECK(rig.kit->convert(ids[4]));
  CHECK(rig.kit->rename_organization("Firm 1", "Firm One"));
  rig.clock.pass(std::chrono::minutes(30));
  CHECK(rig.run().empty());
  rig.check_equal();
  CHECK(rig.kit->restore(ids[2]));
  rig.clock.pass(std::chrono::minutes(30));
  CHECK(rig.run().empty());
  rig.check_equal();
}

TEST_CASE("salesforce kit: each event asks for what it should") {
  Rig rig;
  const auto one = rig.kit->add(RecordKind::contact, someone(1));
  const auto two = rig.kit->add(RecordKind::contact, someone(2));
  const auto lead = rig.kit->add(RecordKind::lead, someone(3));
  rig.kit->take_webhooks();
  rig.kit->merge(one, two);
  rig.kit->remove(two);
  rig.kit->convert(lead);
  std::vector<Hint> hints;
  for (const auto& request : rig.kit->take_webhooks()) {
    const auto read = rig.connector->read_webhook(request, rig.clock.now());
    REQUIRE(read);
    hints.insert(hints.end(), read->begin(), read->end());
  }
  REQUIRE(hints.size() == 5);
  CHECK(hints[0].kind == Hint::Kind::merged);
  CHECK(hints[0].ids == std::vector<std::string>{one.external_id, two.external_id});
  CHECK(hints[1].kind == Hint::Kind::refetch);
  CHECK(hints[2].kind == Hint::Kind::deleted);
  CHECK(hints[4].record_kind == RecordKind::lead);
  const auto fetched = rig.connector->fetch(lead, rig.clock.now());
  REQUIRE(fetched);
  CHECK(fetched->merged_into->external_id == hints[3].ids[0]);
}

TEST_CASE("salesforce kit: the knobs do what they say") {
  Rig rig;
  for (int i = 0; i < 25; ++i) rig.kit->add(i % 4 == 0 ? RecordKind::lead : RecordKind::contact, someone(i));
  rig.kit->limit_requests_per_minute(3);
  const auto errors = rig.run();
  CHECK(std::ranges::count(errors, FetchErrorKind::rate_limited) == static_cast<std::ptrdiff_t>(errors.size()));
  CHECK_FALSE(errors.empty());
  rig.kit->limit_requests_per_minute(0);
  rig.check_equal();
  rig.kit->overfill_pages(4);
  CHECK(rig.kit->empty_next_page());
  rig.kit->expire_access_token();
  rig.kit->expire_cursors();
  rig.cursor.clear();
  rig.mirror.clear();
  CHECK(rig.run().empty());
  rig.check_equal();
  rig.kit->overfill_pages(1);
  rig.cursor.clear();
  auto page = rig.connector->next_page("", rig.clock.now());
  while (page && page->records.empty()) page = rig.connector->next_page(page->next_cursor, rig.clock.now());
  REQUIRE(page);
  REQUIRE(rig.kit->stand_still(true));
  rig.cursor = page->next_cursor;
  CHECK(rig.run() == std::vector{FetchErrorKind::malformed});
  rig.kit->stand_still(false);
  CHECK(rig.run().empty());
  rig.check_equal();
}
