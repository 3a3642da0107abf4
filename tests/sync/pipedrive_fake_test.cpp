#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "sync/connectors/pipedrive.h"
#include "sync/iso_time.h"
#include "tests/support/crm_kit.h"
#include "tests/support/fake_pipedrive.h"
#include "tests/support/real_http.h"

using namespace ringdex::sync;
using ringdex::index::Record;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;
using namespace ringdex::test_support;

// The connector against a Pipedrive over real HTTP, held against what that Pipedrive has.
namespace {

const ringdex::telephony::NumberParser& parser() {
  static const ringdex::telephony::NumberParser one;
  return one;
}

// What an index would hold after the pages: newer wins, tombstones stay.
struct Mirror {
  std::map<RecordId, Record> records;
  std::map<RecordId, std::int64_t> tombstones;
  std::map<std::string, std::string> organizations;
  std::set<RecordId> listed;
  bool listing = false;

  void remove(const RecordId& id, std::int64_t version) {
    const auto known = records.find(id);
    if (known != records.end() && known->second.version > version) return;
    records.erase(id);
    tombstones[id] = std::max(tombstones[id], version);
  }
  void put(const Record& record) {
    const auto dead = tombstones.find(record.id);
    if (dead != tombstones.end() && dead->second >= record.version) return;
    const auto known = records.find(record.id);
    if (known == records.end() || known->second.version <= record.version) records[record.id] = record;
  }
  void apply(const SourcePage& page) {
    if (page.begins_listing) {
      listing = true;
      listed.clear();
    }
    for (const auto& record : page.records) {
      listed.insert(record.id);
      put(record);
    }
    for (const auto& deletion : page.deletions) remove(deletion.id, deletion.version);
    for (const auto& rejected : page.rejected) {
      if (rejected.withdrawal) records.erase(rejected.withdrawal->id);
    }
    for (const auto& organization : page.organizations) organizations[organization.id] = organization.name;
    if (page.ends_listing) {
      REQUIRE(listing);
      listing = false;
      std::erase_if(records, [&](const auto& entry) { return !listed.contains(entry.first); });
    }
  }
};

struct Rig {
  KitClock clock;
  FakePipedrive pipedrive;
  Credential credential;
  RateBudget budget{0};
  DailyQuota quota{100};
  std::unique_ptr<Connector> connector;
  std::size_t rows;

  static FakePipedriveOptions with_clock(FakePipedriveOptions options, KitClock& clock) {
    options.clock = [&clock] { return clock.now(); };
    return options;
  }
  explicit Rig(FakePipedriveOptions options = {}, std::size_t page_size = 100,
               Credential::Auth auth = FixedAuth{"x-api-token", "a-token-for-tests"}, TokenStore store = {})
      : pipedrive(with_clock(std::move(options), clock)),
        credential(std::move(auth), real_client(pipedrive.base_url()), std::move(store)),
        rows(page_size) {
    restart();
  }
  void restart() {
    connector = make_pipedrive_connector({{.source = "p", .region = "US", .phones_max = 10, .emails_max = 10},
                                          "https://acme.pipedrive.com",
                                          "pipedrive",
                                          "a-webhook-password",
                                          rows,
                                          true},
                                         {credential, budget, quota}, real_http(pipedrive.base_url()), parser());
  }
  SourcePage next(const std::string& cursor) {
    int failures = 0;
    auto page = connector->next_page(cursor, clock.now());
    while (!page) {
      CAPTURE(page.error().message);
      REQUIRE(++failures < 200);
      REQUIRE(page.error().kind != FetchErrorKind::unauthorized);
      REQUIRE(page.error().kind != FetchErrorKind::cursor_expired);
      clock.pass(page.error().wait.value_or(std::chrono::seconds(1)));
      page = connector->next_page(cursor, clock.now());
    }
    if (page->more) REQUIRE(page->next_cursor != cursor);
    return *std::move(page);
  }
  // Pages until the source has nothing further; waits by moving the clock. Returns how many there were.
  int run(std::string& cursor, Mirror& mirror) {
    for (int pages = 1;; ++pages) {
      const auto page = next(cursor);
      mirror.apply(page);
      cursor = page.next_cursor;
      if (!page.more) return pages;
      REQUIRE(pages < 100'000);
    }
  }
  // All that is there now, read in the plainest way.
  void check_equal(const Mirror& mirror) const {
    std::size_t expected = 0;
    const auto persons = pipedrive.persons();
    for (const auto& [id, person] : persons) {
      CAPTURE(id);
      const auto found = mirror.records.find({"p", RecordKind::contact, std::to_string(id)});
      if (person.deleted) {
        REQUIRE(found == mirror.records.end());
        continue;
      }
      ++expected;
      REQUIRE(found != mirror.records.end());
      const Record& record = found->second;
      REQUIRE(record.name == person.name);
      if (!person.no_update_time) REQUIRE(record.updated_at == person.update_time);
      REQUIRE(record.organization_id == (person.org_id == 0 ? "" : std::to_string(person.org_id)));
      std::set<std::uint64_t> numbers;
      for (const auto& phone : person.phones) {
        if (const auto number = parser().parse(phone.value, "US")) numbers.insert(number->number.packed());
      }
      std::set<std::uint64_t> mirrored;
      for (const auto& phone : record.phones) {
        if (phone.number) mirrored.insert(phone.number->packed());
      }
      REQUIRE(mirrored == numbers);
      std::set<std::string> emails;
      for (const auto& email : person.emails) emails.insert(email.value);
      REQUIRE(std::set<std::string>(record.emails.begin(), record.emails.end()) == emails);
    }
    for (const auto& [id, lead] : pipedrive.leads()) {
      CAPTURE(id);
      const auto found = mirror.records.find({"p", RecordKind::lead, id});
      if (lead.archived || lead.person_id == 0) {
        REQUIRE(found == mirror.records.end());
        continue;
      }
      ++expected;
      REQUIRE(found != mirror.records.end());
      REQUIRE(found->second.person_id == std::to_string(lead.person_id));
      REQUIRE(found->second.custom.at("title") == lead.title);
      REQUIRE(found->second.updated_at == lead.update_time);
    }
    REQUIRE(mirror.records.size() == expected);
    for (const auto& [id, organization] : pipedrive.organizations()) {
      const auto found = mirror.organizations.find(std::to_string(id));
      REQUIRE(found != mirror.organizations.end());
      REQUIRE(found->second == (organization.deleted ? "" : organization.name));
    }
  }
};

RecordId contact(std::uint64_t id) {
  return {"p", RecordKind::contact, std::to_string(id)};
}

FakePipedriveLead lead_of(std::uint64_t person, const std::string& title) {
  FakePipedriveLead lead;
  lead.person_id = person;
  lead.title = title;
  return lead;
}

}  // namespace

TEST_CASE("a full copy with many equal times is the whole Pipedrive") {
  Rig rig;
  rig.pipedrive.generate(3000, 11, true);
  Mirror mirror;
  std::string cursor;
  const int pages = rig.run(cursor, mirror);
  CHECK(pages >= 34);
  CHECK_FALSE(mirror.listing);
  rig.check_equal(mirror);
  CHECK(rig.connector->requests_sent() == static_cast<std::uint64_t>(pages));
  // A delta right after brings nothing: one request a list.
  const auto before = mirror.records;
  CHECK(rig.run(cursor, mirror) == 4);
  CHECK(mirror.records == before);
}

TEST_CASE("a restart at every pipedrive page boundary loses and doubles nothing") {
  Rig rig({}, 17);
  rig.pipedrive.generate(500, 12, true);
  Mirror mirror;
  std::string cursor;
  bool more = true;
  bool begun = false;
  while (more) {
    rig.restart();
    const auto lost = rig.connector->next_page(cursor, rig.clock.now());  // a crash before the page was stored
    REQUIRE(lost);
    rig.restart();
    const auto page = rig.connector->next_page(cursor, rig.clock.now());
    REQUIRE(page);
    CHECK(page->begins_listing == !begun);
    CHECK(page->records == lost->records);
    begun = true;
    mirror.apply(*page);
    cursor = page->next_cursor;
    more = page->more;
  }
  rig.check_equal(mirror);
}

TEST_CASE("changes in a Pipedrive reach the mirror with the next delta") {
  Rig rig({}, 20);
  const auto ids = rig.pipedrive.generate(300, 13, true);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  rig.clock.pass(std::chrono::minutes(30));

  auto& pipedrive = rig.pipedrive;
  pipedrive.change_person(ids[0], [](auto& person) { person.name = "Renamed Person"; });
  pipedrive.change_person(ids[1], [](auto& person) { person.phones = {{"+1 212 736 5000", "work", true}}; });
  pipedrive.change_person(ids[2], [](auto& person) { person.phones.clear(); });
  const auto freed = pipedrive.add_lead(lead_of(ids[3], "of one who goes"));
  CHECK(pipedrive.delete_person(ids[3]));
  const auto handed_on = pipedrive.add_lead(lead_of(ids[4], "handed on"));
  CHECK(pipedrive.merge_persons(ids[4], ids[5]));
  CHECK(pipedrive.leads().at(handed_on).person_id == ids[5]);
  pipedrive.rename_organization(101, "New Name Ltd");
  pipedrive.delete_organization(102);
  const auto first_lead = pipedrive.leads().begin()->first;
  const auto archived = pipedrive.add_lead(lead_of(ids[6], "archived"));
  FakePipedrivePerson fresh;
  fresh.name = "Fresh Person";
  fresh.phones = {{"(310) 867-5309", "mobile", true}};
  const auto fresh_id = pipedrive.add_person(fresh);
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.records.at(contact(fresh_id)).phones[0].number->to_e164() == "+13108675309");
  CHECK_FALSE(mirror.records.contains({"p", RecordKind::lead, freed}));

  rig.clock.pass(std::chrono::minutes(30));
  pipedrive.archive_lead(archived);
  pipedrive.change_lead(first_lead, [](auto& lead) { lead.title = "Another title"; });
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  rig.clock.pass(std::chrono::minutes(30));
  pipedrive.archive_lead(archived, false);
  pipedrive.restore_person(ids[3]);
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.records.contains({"p", RecordKind::lead, archived}));
}

TEST_CASE("deletions that no list shows are found by the next listing") {
  FakePipedriveOptions options;
  options.deleted_are_listed = false;
  options.null_for_empty = false;
  Rig rig(options, 20);
  const auto ids = rig.pipedrive.generate(200, 22, true);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.clock.pass(std::chrono::minutes(30));
  rig.pipedrive.delete_person(ids[7]);
  const auto lead = rig.pipedrive.leads().begin()->first;
  rig.pipedrive.convert_lead(lead);
  rig.run(cursor, mirror);
  CHECK(mirror.records.contains(contact(ids[7])));
  const auto fetched = rig.connector->fetch(contact(ids[7]), rig.clock.now());
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);

  // The sweep goes on beside the deltas, a page of each by turns.
  std::string sweep;
  bool sweeping = true;
  while (sweeping) {
    const auto page = rig.next(sweep);
    Mirror nobody;
    mirror.apply(page);
    sweep = page.next_cursor;
    sweeping = page.more;
    auto delta = rig.next(cursor);
    mirror.apply(delta);
    cursor = delta.next_cursor;
  }
  CHECK_FALSE(mirror.records.contains(contact(ids[7])));
  CHECK_FALSE(mirror.records.contains({"p", RecordKind::lead, lead}));
}

TEST_CASE("leads that go while they are listed hide no others") {
  const std::uint64_t seed = 20260106;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 12; ++round) {
    CAPTURE(round);
    Rig rig({}, 2 + random() % 12);
    const auto person = rig.pipedrive.add_person({});
    std::vector<std::string> ids;
    for (int i = 0; i < 80; ++i) {
      ids.push_back(rig.pipedrive.add_lead(lead_of(person, "lead " + std::to_string(i))));
      if (random() % 3 == 0) rig.clock.pass(std::chrono::milliseconds(random() % 50));
    }
    std::shuffle(ids.begin(), ids.end(), random);
    Mirror mirror;
    std::string cursor;
    std::size_t gone = 0;
    for (bool more = true; more;) {
      const auto page = rig.next(cursor);
      mirror.apply(page);
      cursor = page.next_cursor;
      more = page.more;
      for (auto leaving = random() % 4; leaving > 0 && gone < 40; --leaving, ++gone) {
        if (gone % 2 == 0) {
          rig.pipedrive.archive_lead(ids[gone]);
        } else {
          rig.pipedrive.delete_lead(ids[gone]);
        }
      }
    }
    for (const auto& [id, lead] : rig.pipedrive.leads()) {
      if (!lead.archived) REQUIRE(mirror.records.contains({"p", RecordKind::lead, id}));
    }
  }
}

TEST_CASE("random work on the Pipedrive, any page size, always ends equal") {
  const std::uint64_t seed = 20260105;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Rig rig({}, 7);
  rig.pipedrive.generate(60, 14, true);
  Mirror mirror;
  std::string cursor;
  for (int round = 0; round < 40; ++round) {
    CAPTURE(round);
    rig.rows = 2 + random() % 40;
    rig.restart();
    rig.run(cursor, mirror);
    const auto persons = rig.pipedrive.persons();
    const auto leads = rig.pipedrive.leads();
    const auto any_person = [&] {
      return std::next(persons.begin(), static_cast<std::ptrdiff_t>(random() % persons.size()))->first;
    };
    const auto any_lead = [&] {
      return std::next(leads.begin(), static_cast<std::ptrdiff_t>(random() % leads.size()))->first;
    };
    for (int i = 0; i < 8; ++i) {
      switch (random() % 9) {
        case 0:
          rig.pipedrive.change_person(any_person(), [&](auto& person) { person.name += "x"; });
          break;
        case 1:
          rig.pipedrive.delete_person(any_person());
          break;
        case 2:
          rig.pipedrive.merge_persons(any_person(), any_person());
          break;
        case 3:
          rig.pipedrive.add_person(
              {.name = "New " + std::to_string(round), .phones = {{"+12127365000", "work", true}}});
          break;
        case 4:
          rig.pipedrive.add_lead(lead_of(any_person(), "New lead"));
          break;
        case 5:
          rig.pipedrive.archive_lead(any_lead(), random() % 3 != 0);
          break;
        case 6:
          rig.pipedrive.change_lead(any_lead(), [&](auto& lead) { lead.title += "x"; });
          break;
        case 7:
          rig.pipedrive.restore_person(any_person());
          break;
        default:
          rig.pipedrive.rename_organization(101, "Name " + std::to_string(round));
      }
      if (random() % 2 == 0) rig.clock.pass(std::chrono::milliseconds(random() % 90'000));
    }
  }
  rig.clock.pass(std::chrono::seconds(1));
  rig.run(cursor, mirror);
  // Leads of persons that were deleted before they got them stay with nobody the Index knows.
  rig.check_equal(mirror);
}

TEST_CASE("a burst limit and a storm of 429 are waited for, and nobody is shut out") {
  FakePipedriveOptions options;
  options.burst_limit = 3;
  options.shut_out_after = 2;
  Rig rig(options, 20);
  rig.pipedrive.generate(400, 17, true);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  auto counts = rig.pipedrive.counts();
  CHECK(counts["limited"] == 0);  // the last request of each window is followed by a pause
  rig.pipedrive.add_fault(
      {"persons", 5, FakeFault::Kind::answer, 429, R"({"success":false})", {{"X-RateLimit-Reset", "2"}}});
  rig.pipedrive.add_fault({"leads", 1, FakeFault::Kind::answer, 403, "<html>", {{"Content-Type", "text/html"}}});
  const auto before = rig.clock.now();
  rig.run(cursor, mirror);
  CHECK(rig.clock.now() - before >= std::chrono::minutes(10) + 5 * std::chrono::seconds(2));
  rig.check_equal(mirror);
}

TEST_CASE("the day's tokens used up are waited for until the next day") {
  FakePipedriveOptions options;
  options.daily_tokens = 200;
  Rig rig(options, 20);
  rig.pipedrive.generate(400, 18);
  Mirror mirror;
  std::string cursor;
  const auto before = rig.clock.now();
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(rig.clock.now() - before > std::chrono::hours(12));
  // One probe a quarter of an hour.
  CHECK(rig.pipedrive.counts().at("limited") <= 24 * 4 + 1);
  CHECK(rig.connector->requests_left(rig.clock.now()).today < 200U);
}

TEST_CASE("faults of a Pipedrive on the way do no harm") {
  Rig rig({}, 30);
  rig.pipedrive.generate(300, 19, true);
  rig.pipedrive.add_fault({"persons", 2, FakeFault::Kind::truncate, 200, "", {}});
  rig.pipedrive.add_fault({"persons", 2, FakeFault::Kind::close, 200, "", {}});
  rig.pipedrive.add_fault({"organizations", 1, FakeFault::Kind::answer, 500, "<html>", {}});
  rig.pipedrive.add_fault({"leads", 1, FakeFault::Kind::truncate, 200, "", {}});
  rig.pipedrive.add_fault({"", 1, FakeFault::Kind::answer, 503, "", {{"Retry-After", "5"}}});
  rig.pipedrive.configure([](FakePipedriveOptions& options) { options.empty_pages = 3; });
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("pages that lead to themselves are told") {
  Rig rig({}, 30);
  rig.pipedrive.generate(100, 20, true);
  rig.pipedrive.configure([](FakePipedriveOptions& options) { options.stand_still = true; });
  std::string cursor;
  FetchError error;
  for (int pages = 0; pages < 3; ++pages) {
    const auto page = rig.connector->next_page(cursor, rig.clock.now());
    if (!page) {
      error = page.error();
      break;
    }
    cursor = page->next_cursor;
  }
  CHECK(error.kind == FetchErrorKind::malformed);
  const auto leads = rig.connector->next_page(R"({"v":1,"stage":"leads","listing":true})", rig.clock.now());
  REQUIRE_FALSE(leads);
  CHECK(leads.error().kind == FetchErrorKind::malformed);
}

TEST_CASE("larger pages than were asked for are taken as they are") {
  FakePipedriveOptions options;
  options.overfill = 3;
  Rig rig(options, 10);
  rig.pipedrive.generate(200, 21, true);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("a Pipedrive token is refreshed once, rotated and kept, and names the company") {
  FakePipedriveOptions options;
  options.api_token = "";
  options.refresh_token = "the-first";
  std::string kept;
  Rig rig(options, 20,
          OAuth{"a-client", "a-client-secret", RefreshTokenFlow{"the-first"}, "/oauth/token",
                OAuth::Body::form_and_basic, "api_domain"},
          {[&] { return kept; },
           [&](const std::string& token) {
             kept = token;
             return true;
           }});
  rig.pipedrive.generate(200, 23);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  CHECK(rig.pipedrive.counts().at("token") == 1);
  rig.pipedrive.expire_access_token();
  rig.run(cursor, mirror);
  CHECK(rig.pipedrive.counts().at("token") == 2);
  rig.clock.pass(std::chrono::hours(2));
  rig.run(cursor, mirror);
  CHECK(rig.pipedrive.counts().at("token") == 3);
  CHECK(kept == rig.pipedrive.refresh_token());
  rig.check_equal(mirror);
  CHECK(mirror.records.begin()->second.url.starts_with(rig.pipedrive.base_url() + "/person/"));

  // A refresh token that is good no more: an admin must act, and no message shows a secret.
  rig.pipedrive.configure([](FakePipedriveOptions& changed) { changed.client_secret = "another"; });
  rig.pipedrive.expire_access_token();
  const auto page = rig.connector->next_page(cursor, rig.clock.now());
  REQUIRE_FALSE(page);
  CHECK(page.error().kind == FetchErrorKind::unauthorized);
  CHECK(page.error().message.find("secret") == std::string::npos);
}

TEST_CASE("expired cursors end a listing and restart a delta's list") {
  Rig rig({}, 20);
  const auto ids = rig.pipedrive.generate(100, 24);
  auto first = rig.next("");
  const auto second = rig.next(first.next_cursor);
  rig.pipedrive.expire_cursors();
  const auto expired = rig.connector->next_page(second.next_cursor, rig.clock.now());
  REQUIRE_FALSE(expired);
  CHECK(expired.error().kind == FetchErrorKind::cursor_expired);

  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.clock.pass(std::chrono::minutes(30));
  for (const auto id : ids) rig.pipedrive.change_person(id, [](auto& person) { person.name += " again"; });
  int pages = 0;
  for (bool more = true; more; ++pages) {
    if (pages == 2) rig.pipedrive.expire_cursors();
    const auto page = rig.next(cursor);
    mirror.apply(page);
    cursor = page.next_cursor;
    more = page.more;
  }
  rig.check_equal(mirror);
}

TEST_CASE("single persons and leads agree with their pages") {
  Rig rig;
  rig.pipedrive.generate(120, 25, true);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  for (const auto& [id, person] : rig.pipedrive.persons()) {
    const auto fetched = rig.connector->fetch(contact(id), rig.clock.now());
    REQUIRE(fetched);
    CHECK(fetched->as_of == rig.clock.now());
    REQUIRE(fetched->record);
    CHECK(*fetched->record == mirror.records.at(contact(id)));
    if (person.org_id != 0) {
      REQUIRE(fetched->organizations.size() == 1);
      CHECK(fetched->organizations[0].name == rig.pipedrive.organizations().at(person.org_id).name);
    }
  }
  for (const auto& [id, lead] : rig.pipedrive.leads()) {
    const auto fetched = rig.connector->fetch({"p", RecordKind::lead, id}, rig.clock.now());
    REQUIRE(fetched);
    REQUIRE(fetched->record.has_value() == !lead.archived);
    if (lead.archived) continue;
    CHECK(*fetched->record == mirror.records.at(fetched->id));
    REQUIRE(fetched->others.size() == 1);
    CHECK(fetched->others[0] == mirror.records.at(contact(lead.person_id)));
  }
}

TEST_CASE("a number that was never mirrored is found by Pipedrive's own search") {
  Rig rig;
  rig.pipedrive.generate(200, 26);
  const auto company = rig.pipedrive.add_organization("Searched Ltd");
  const auto id =
      rig.pipedrive.add_person({.name = "Found One",
                                .phones = {{"+44 20 7946 0000", "work", true}, {"(310) 867-5309", "home", false}},
                                .org_id = company});
  const auto number = *ringdex::telephony::PhoneNumber::from_e164("+13108675309");
  const auto found = rig.connector->find_by_phone(number, rig.clock.now());
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().id == contact(id));
  CHECK(found->front().organizations[0].name == "Searched Ltd");
  CHECK(*found->front().record == *rig.connector->fetch(contact(id), rig.clock.now())->record);
  rig.pipedrive.delete_person(id);
  CHECK(rig.connector->find_by_phone(number, rig.clock.now())->empty());
}

TEST_CASE("a purged person is gone without a trace") {
  Rig rig({}, 20);
  const auto ids = rig.pipedrive.generate(30, 27);
  rig.pipedrive.delete_person(ids[3]);
  rig.clock.pass(std::chrono::hours(24 * 31));
  const auto fetched = rig.connector->fetch(contact(ids[3]), rig.clock.now());
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  CHECK_FALSE(rig.pipedrive.persons().contains(ids[3]));
}

TEST_CASE("the kit's webhooks tell each edit, and fetching what they name ends equal") {
  KitClock clock;
  const auto kit = make_pipedrive_kit({"p", clock, parser(), 5});
  const auto connector = kit->make_connector();
  std::map<RecordId, FakePerson> known;
  std::map<RecordId, RecordId> merged;
  const auto deliver = [&] {
    for (const auto& request : kit->take_webhooks()) {
      const auto hints = connector->read_webhook(request, clock.now());
      REQUIRE(hints);
      for (const auto& hint : *hints) {
        for (const auto& id : hint.ids) {
          const RecordId record{"p", hint.record_kind, id};
          if (hint.kind == Hint::Kind::deleted) {
            known.erase(record);
            if (!hint.into.empty()) merged[record] = {"p", hint.record_kind, hint.into};
          }
          if (hint.kind != Hint::Kind::refetch && hint.kind != Hint::Kind::merged) continue;
          const auto fetched = connector->fetch(record, clock.now());
          REQUIRE(fetched);
          known.erase(record);
          if (!fetched->record) continue;
          const Record& bearer = fetched->others.empty() ? *fetched->record : fetched->others[0];
          FakePerson person{bearer.name, "", {}, bearer.emails};
          for (const auto& organization : fetched->organizations) {
            if (organization.id == bearer.organization_id) person.organization = organization.name;
          }
          for (const auto& phone : bearer.phones) person.phones.push_back(phone.number->to_e164());
          known[record] = person;
        }
      }
    }
  };
  const auto one = kit->add(RecordKind::contact, {"One Person", "Acme", {"+13108675309"}, {"one@x.example"}});
  const auto two = kit->add(RecordKind::contact, {"Two Person", "", {"+12127365000", "+442079460958"}, {}});
  const auto lead = kit->add(RecordKind::lead, {"Lead Person", "Beta", {"+12127365001"}, {}});
  deliver();
  CHECK(known == kit->people());
  CHECK(known.size() == 4);
  CHECK(kit->change(one, {"One Renamed", "Beta", {"+13108675310"}, {}}));
  CHECK(kit->remove(lead));
  deliver();
  CHECK(known == kit->people());
  CHECK(known.size() == 3);
  CHECK(kit->restore(lead));
  CHECK(kit->merge(two, one));
  deliver();
  CHECK(known == kit->people());
  CHECK(known.at(one).phones == std::vector<std::string>{"+13108675310", "+12127365000", "+442079460958"});
  CHECK(merged == std::map<RecordId, RecordId>{{two, one}});
  kit->expire_access_token();
  CHECK(kit->remove(one));
  deliver();
  CHECK(known == kit->people());
}
