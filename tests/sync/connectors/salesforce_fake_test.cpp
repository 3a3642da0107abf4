#include <doctest/doctest.h>

#include <random>

#include "tests/sync/connectors/salesforce_rig.h"

using namespace ringdex::sync;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;
using ringdex::test_support::FakeFault;
using ringdex::test_support::FakeSalesforceOptions;
using Rig = SalesforceRig;
using Mirror = PageMirror;

namespace {

constexpr std::chrono::minutes kHalfHour{30};

}  // namespace

TEST_CASE("salesforce: a full copy with many equal times is the whole org") {
  Rig rig;
  rig.salesforce.generate(3000, 11);
  Mirror mirror;
  std::string cursor;
  CHECK(rig.run(cursor, mirror) >= 32);
  CHECK_FALSE(mirror.listing);
  CHECK(mirror.listings_ended == 1);
  rig.check_equal(mirror);
  // A run right after brings nothing, and one of half an hour later neither.
  const auto before = mirror.records;
  rig.run(cursor, mirror);
  rig.pass(kHalfHour);
  CHECK(rig.run(cursor, mirror) == 5);
  CHECK(mirror.records == before);
  CHECK(mirror.listings_ended == 1);
}

TEST_CASE("salesforce: a restart at every page boundary loses and doubles nothing") {
  Rig rig({}, 37);
  rig.salesforce.generate(600, 12);
  Mirror mirror;
  std::string cursor;
  for (bool more = true; more;) {
    rig.restart();
    (void)rig.page(cursor);  // a crash before the page was stored
    rig.restart();
    const auto page = rig.page(cursor);
    CHECK(page.begins_listing == cursor.empty());
    mirror.apply(page);
    cursor = page.next_cursor;
    more = page.more;
  }
  rig.check_equal(mirror);
}

TEST_CASE("salesforce: changes reach the mirror with the next run") {
  Rig rig({}, 20);
  const auto ids = rig.salesforce.generate(200, 13);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  std::vector<std::string> contacts;
  std::vector<std::string> leads;
  for (const auto& id : ids) (id.starts_with("003") ? contacts : leads).push_back(id);

  auto& crm = rig.salesforce;
  CHECK(crm.change(contacts[0], {{"LastName", "Renamed"}}));
  CHECK(crm.change(contacts[1], {{"Phone", "+1 212 736 5000"}, {"HomePhone", "+44 20 7946 0958"}}));
  CHECK(crm.remove(contacts[2]));
  CHECK(crm.remove(contacts[3]));
  CHECK(crm.merge(contacts[4], contacts[5]));
  CHECK(crm.remove(leads[0]));
  CHECK(crm.merge(leads[1], leads[2]));
  const auto converted = crm.convert(leads[3]);
  const auto fresh = crm.add("Contact", {{"LastName", "Fresh"}, {"Phone", "(310) 867-5309"}});
  const auto account = crm.account("Brand New Ltd");
  crm.change(contacts[6], {{"AccountId", account}});

  // The last minute is left out, so nothing of it shows yet.
  const auto before = mirror.records;
  rig.run(cursor, mirror);
  CHECK(mirror.records == before);
  rig.pass(std::chrono::seconds(61));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.tombstones.at(rig.id_of(contacts[4])).merged_into == rig.id_of(contacts[5]));
  CHECK(mirror.tombstones.at(rig.id_of(leads[1])).merged_into == rig.id_of(leads[2]));
  CHECK(mirror.tombstones.at(rig.id_of(leads[3])).merged_into == rig.id_of(converted));
  CHECK_FALSE(mirror.tombstones.at(rig.id_of(contacts[2])).merged_into);
  CHECK(mirror.records.at(rig.id_of(fresh)).phones[0].number->to_e164() == "+13108675309");
  CHECK(mirror.organizations.at(account) == "Brand New Ltd");

  // An undelete comes back, a rename of an account reaches it without a change of its contacts.
  CHECK(crm.restore(contacts[2]));
  CHECK(crm.change(account, {{"Name", "Renamed Ltd"}}));
  CHECK(crm.change(contacts[1], {{"Phone", ""}}));
  rig.pass(kHalfHour);
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.organizations.at(account) == "Renamed Ltd");
}

TEST_CASE("salesforce: a merged account's contacts are shown under the survivor") {
  Rig rig;
  auto& crm = rig.salesforce;
  const auto loser = crm.account("Acme Old");
  const auto winner = crm.account("Acme");
  const auto contact = crm.add("Contact", {{"LastName", "Person"}, {"AccountId", loser}});
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  CHECK(mirror.organizations.at(loser) == "Acme Old");
  rig.pass(kHalfHour);
  rig.run(cursor, mirror);
  CHECK(crm.merge(loser, winner));
  rig.pass(kHalfHour);
  rig.run(cursor, mirror);
  CHECK(mirror.records.at(rig.id_of(contact)).organization_id == loser);  // it does not say so yet
  CHECK(mirror.organizations.at(loser) == "Acme");
}

TEST_CASE("salesforce: more rows of one moment than pages hold neither loop nor get lost") {
  Rig rig({}, 7);
  const auto ids = rig.salesforce.generate(150, 14);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  for (const auto& id : ids) rig.salesforce.change(id, {{"Title", "Mass updated"}});
  rig.pass(kHalfHour);
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  for (const auto& [id, record] : mirror.records) CHECK(record.title == "Mass updated");
}

TEST_CASE("salesforce: answers in small batches are read to their end, and an empty one is none") {
  FakeSalesforceOptions options;
  options.batch_rows = 3;
  Rig rig(options, 10);
  rig.salesforce.generate(120, 15);
  Mirror mirror;
  std::string cursor;
  rig.salesforce.empty_next_batch();
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(rig.salesforce.counts().at("more") > 20);
  // A locator that is not known any more: the rows in front of it are a page.
  for (int i = 0; i < 8; ++i) {
    rig.salesforce.add_fault({"/query/01gFAKE",
                              2,
                              FakeFault::Kind::answer,
                              400,
                              R"([{"errorCode":"INVALID_QUERY_LOCATOR","message":"x"}])",
                              {}});
  }
  cursor.clear();
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.listings_ended == 2);
}

TEST_CASE("salesforce: rows that become visible late are found") {
  FakeSalesforceOptions options;
  options.commit_takes = std::chrono::minutes(5);
  Rig rig({options}, 20);
  const auto ids = rig.salesforce.generate(60, 16);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  std::mt19937_64 random(16);
  for (int round = 0; round < 30; ++round) {
    rig.salesforce.change(ids[random() % ids.size()], {{"LastName", "Name " + std::to_string(round)}});
    rig.pass(std::chrono::seconds(random() % 240));
    rig.run(cursor, mirror);
  }
  rig.pass(std::chrono::minutes(12));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("salesforce: purged rows are found by getDeleted") {
  Rig rig({}, 20);
  const auto ids = rig.salesforce.generate(700, 17);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.pass(kHalfHour);
  for (std::size_t i = 0; i < 450; ++i) rig.salesforce.purge(ids[i]);
  const auto undeleted = ids[500];
  rig.salesforce.remove(undeleted);
  rig.pass(std::chrono::seconds(30));
  rig.salesforce.restore(undeleted);
  rig.pass(std::chrono::minutes(3));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.records.contains(rig.id_of(undeleted)));
  CHECK(mirror.listings_ended == 1);
}

TEST_CASE("salesforce: a log of deletions that does not reach back asks for a full copy") {
  Rig rig({}, 50);
  const auto ids = rig.salesforce.generate(100, 18);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  const auto error_at = [&] {
    std::string at = cursor;
    for (int pages = 0; pages < 100; ++pages) {
      const auto page = rig.connector->next_page(at, rig.now());
      if (!page) return page.error().kind;
      at = page->next_cursor;
      if (!page->more) break;
    }
    FAIL("no error");
    return FetchErrorKind::malformed;
  };
  rig.pass(std::chrono::hours(2));
  rig.salesforce.purge(ids[0]);
  rig.salesforce.trim_deletion_log(ids[0].starts_with("003") ? "Contact" : "Lead", rig.now() - kHalfHour);
  CHECK(error_at() == FetchErrorKind::cursor_expired);
  rig.salesforce.trim_deletion_log("Contact", rig.now() - std::chrono::hours(24));
  rig.salesforce.trim_deletion_log("Lead", rig.now() - std::chrono::hours(24));
  rig.salesforce.configure([](FakeSalesforceOptions& options) { options.deletion_ids_max = 0; });
  rig.pass(std::chrono::minutes(5));
  CHECK(error_at() == FetchErrorKind::cursor_expired);
  rig.salesforce.configure([](FakeSalesforceOptions& options) { options.deletion_ids_max = 100; });
  rig.pass(std::chrono::hours(24 * 16));
  CHECK(error_at() == FetchErrorKind::cursor_expired);
  cursor.clear();
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("salesforce: two cursors followed by turns do not disturb each other") {
  Rig rig({}, 10);
  const auto ids = rig.salesforce.generate(150, 19);
  Mirror mirror;
  std::string changes;
  rig.run(changes, mirror);
  std::string sweep;
  Mirror swept;
  bool sweep_more = true;
  std::mt19937_64 random(19);
  for (int round = 0; round < 200; ++round) {
    rig.salesforce.change(ids[random() % ids.size()], {{"Title", std::to_string(round)}});
    rig.pass(std::chrono::seconds(40));
    const auto page = rig.page(changes);
    mirror.apply(page);
    changes = page.next_cursor;
    if (sweep_more) {
      const auto other = rig.page(sweep);
      swept.apply(other);
      sweep = other.next_cursor;
      sweep_more = other.more || swept.listing;
    }
  }
  CHECK(swept.listings_ended == 1);
  rig.pass(kHalfHour);
  rig.run(changes, mirror);
  rig.run(sweep, swept);
  rig.check_equal(mirror);
  rig.check_equal(swept);
}

TEST_CASE("salesforce: random work on the org, any page size, always ends equal") {
  const std::uint64_t seed = 20260106;
  INFO("seed " << seed);
  std::mt19937_64 random(seed);
  for (const std::size_t rows : {1U, 3U, 17U, 2000U}) {
    FakeSalesforceOptions options;
    options.batch_rows = 1 + random() % 20;
    Rig rig(options, rows);
    auto ids = rig.salesforce.generate(60, random());
    Mirror mirror;
    std::string cursor;
    for (int round = 0; round < 40; ++round) {
      const auto page = rig.page(cursor);
      mirror.apply(page);
      cursor = page.next_cursor;
      const auto pick = [&] { return ids[random() % ids.size()]; };
      for (int i = 0; i < 4; ++i) {
        switch (random() % 8) {
          case 0:
            rig.salesforce.change(pick(), {{"LastName", "Name " + std::to_string(round)}});
            break;
          case 1:
            rig.salesforce.remove(pick());
            break;
          case 2:
            rig.salesforce.merge(pick(), pick());
            break;
          case 3:
            rig.salesforce.restore(pick());
            break;
          case 4:
            if (const auto contact = rig.salesforce.convert(pick()); !contact.empty()) ids.push_back(contact);
            break;
          case 5:
            ids.push_back(
                rig.salesforce.add(random() % 2 == 0 ? "Contact" : "Lead",
                                   {{"LastName", "New"}, {"Phone", "+1 415 555 26" + std::to_string(10 + round)}}));
            break;
          case 6:
            if (random() % 3 == 0) rig.salesforce.purge(pick());
            break;
          default:
            rig.salesforce.change(pick(), {{"Phone", "+1 212 555 26" + std::to_string(10 + round)}});
        }
        if (random() % 2 == 0) rig.pass(std::chrono::milliseconds(random() % 90'000));
      }
    }
    rig.pass(kHalfHour);
    rig.run(cursor, mirror);
    rig.check_equal(mirror);
  }
}
