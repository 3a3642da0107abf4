#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "sync/connectors/zendesk/zendesk.h"
#include "tests/support/fakes/fake_zendesk.h"
#include "tests/support/real_http.h"
#include "tests/support/test_parser.h"
#include "tests/sync/connectors/page_mirror.h"

using namespace ringdex::sync;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;
using ringdex::test_support::FakeFault;
using ringdex::test_support::FakeUser;
using ringdex::test_support::FakeZendesk;
using ringdex::test_support::FakeZendeskOptions;
using ringdex::test_support::KitClock;
using ringdex::test_support::real_client;
using ringdex::test_support::real_http;

// The connector against a Zendesk over real HTTP, held against what that Zendesk has.
namespace {

RecordId id_of(std::uint64_t id) {
  return {"z", RecordKind::contact, std::to_string(id)};
}

struct Rig : PagedConnector {
  FakeZendesk zendesk;
  Credential credential;
  RateBudget export_budget{0};
  RateBudget account_budget{0};
  std::size_t per_page;

  static FakeZendeskOptions with_clock(FakeZendeskOptions options, KitClock& clock) {
    options.clock = [&clock] { return clock.now(); };
    return options;
  }
  explicit Rig(FakeZendeskOptions options = {}, std::size_t page_size = 100,
               Credential::Auth auth = basic_auth("bot@acme.example/token", "a-token-for-tests"), TokenStore store = {})
      : zendesk(with_clock(std::move(options), clock)),
        credential(std::move(auth), real_client(zendesk.base_url()), std::move(store)),
        per_page(page_size) {
    restart();
  }
  void restart() {
    connector = make_zendesk_connector({{"z", "US", 10, 10, {}}, "https://acme.zendesk.com", "", per_page},
                                       {credential, export_budget, account_budget}, real_http(zendesk.base_url()),
                                       ringdex::telephony::test_parser());
  }
  // Every end user that is there now, read in the plainest way.
  void check_equal(const PageMirror& mirror) const {
    std::size_t expected = 0;
    for (const auto& user : zendesk.users()) {
      CAPTURE(user.id);
      const auto found = mirror.records.find(id_of(user.id));
      if (!user.active || user.role != "end-user") {
        REQUIRE(found == mirror.records.end());
        continue;
      }
      ++expected;
      REQUIRE(found != mirror.records.end());
      REQUIRE(found->second.name == user.name);
      REQUIRE(found->second.updated_at == user.updated_at);
      REQUIRE(found->second.organization_id == (user.organization_id == 0 ? "" : std::to_string(user.organization_id)));
      std::vector<std::string> texts;
      if (!user.phone.empty()) texts.push_back(user.phone);
      std::set<std::string> emails;
      if (!user.email.empty()) emails.insert(user.email);
      for (const auto& identity : user.identities) {
        if (identity.type == "phone_number") texts.push_back(identity.value);
        if (identity.type == "email") emails.insert(identity.value);
      }
      std::set<std::uint64_t> numbers;
      for (const auto& text : texts) {
        if (const auto number = ringdex::telephony::test_parser().parse(text, "US"))
          numbers.insert(number->number.packed());
      }
      std::set<std::uint64_t> mirrored;
      for (const auto& phone : found->second.phones) {
        if (phone.number) mirrored.insert(phone.number->packed());
      }
      REQUIRE(mirrored == numbers);
      REQUIRE(std::set<std::string>(found->second.emails.begin(), found->second.emails.end()) == emails);
    }
    REQUIRE(mirror.records.size() == expected);
    for (const auto& organization : zendesk.organizations()) {
      const auto found = mirror.organizations.find(std::to_string(organization.id));
      REQUIRE(found != mirror.organizations.end());
      REQUIRE(found->second == (organization.deleted ? "" : organization.name));
    }
  }
};

}  // namespace

TEST_CASE("a full copy with many equal times is the whole Zendesk") {
  Rig rig;
  rig.zendesk.generate(3000, 11);
  PageMirror mirror;
  std::string cursor;
  const int pages = rig.run(cursor, mirror);
  CHECK(pages >= 31);
  CHECK(mirror.ignored > 0);
  CHECK(mirror.listing);
  rig.check_equal(mirror);
  // And a delta right after brings nothing; minutes later one completes the listing.
  const auto before = mirror.records;
  CHECK(rig.run(cursor, mirror) == 2);
  CHECK(mirror.listing);
  rig.clock.pass(std::chrono::minutes(3));
  CHECK(rig.run(cursor, mirror) == 2);
  CHECK_FALSE(mirror.listing);
  CHECK(mirror.records == before);
}

TEST_CASE("a restart at every page boundary loses and doubles nothing") {
  Rig rig({}, 37);
  rig.zendesk.generate(800, 12);
  PageMirror mirror;
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
    begun = true;
    mirror.apply(*page);
    cursor = page->next_cursor;
    more = page->more;
  }
  rig.check_equal(mirror);
}

TEST_CASE("changes reach the mirror with the next delta") {
  Rig rig({}, 20);
  const auto ids = rig.zendesk.generate(300, 13);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);

  std::vector<std::uint64_t> callers;
  for (const auto& user : rig.zendesk.users()) {
    if (user.active && user.role == "end-user") callers.push_back(user.id);
  }
  rig.zendesk.change_user(callers[0], [](FakeUser& user) { user.name = "Renamed Person"; });
  rig.zendesk.change_user(callers[1], [](FakeUser& user) { user.phone = "+1 212 736 5000"; });
  rig.zendesk.change_user(callers[2], [](FakeUser& user) { user.role = "agent"; });
  rig.zendesk.delete_user(callers[3]);
  rig.zendesk.delete_user(callers[4]);
  rig.zendesk.erase_user(callers[4]);
  CHECK(rig.zendesk.merge(callers[5], callers[6]));
  const auto identity = rig.zendesk.add_identity(callers[7], "phone_number", "+44 20 7946 0958");
  rig.zendesk.rename_organization(rig.zendesk.organizations()[0].id, "New Name Ltd");
  rig.zendesk.delete_organization(rig.zendesk.organizations()[1].id);
  FakeUser fresh;
  fresh.name = "Fresh Person";
  fresh.phone = "(310) 867-5309";
  const auto fresh_id = rig.zendesk.add_user(fresh);

  // The export leaves out the last minute, so nothing of it shows yet.
  auto before = mirror.records;
  rig.run(cursor, mirror);
  CHECK(mirror.records == before);
  rig.clock.pass(std::chrono::seconds(62));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(mirror.records.at(id_of(fresh_id)).phones[0].number->to_e164() == "+13108675309");

  rig.zendesk.remove_identity(callers[7], identity);
  rig.zendesk.change_user(callers[2], [](FakeUser& user) { user.role = "end-user"; });
  rig.zendesk.change_user(callers[1], [](FakeUser& user) { user.phone.clear(); });
  rig.clock.pass(std::chrono::minutes(30));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("random work on the Zendesk, any page size, always ends equal") {
  const std::uint64_t seed = 20260105;
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Rig rig({}, 7);
  rig.zendesk.generate(60, 14);
  PageMirror mirror;
  std::string cursor;
  for (int round = 0; round < 40; ++round) {
    rig.per_page = 1 + random() % 40;
    rig.restart();
    rig.run(cursor, mirror);
    const auto users = rig.zendesk.users();
    for (int i = 0; i < 6; ++i) {
      const auto id = users[random() % users.size()].id;
      switch (random() % 6) {
        case 0:
          rig.zendesk.change_user(id, [&](FakeUser& user) { user.name += "x"; });
          break;
        case 1:
          rig.zendesk.delete_user(id);
          break;
        case 2:
          rig.zendesk.merge(id, users[random() % users.size()].id);
          break;
        case 3:
          if (random() % 3 == 0) rig.zendesk.generate(5, random());
          break;
        case 4:
          rig.zendesk.change_user(id, [&](FakeUser& user) { user.role = random() % 2 == 0 ? "agent" : "end-user"; });
          break;
        default:
          rig.zendesk.rename_organization(rig.zendesk.organizations()[0].id, "Name " + std::to_string(round));
      }
      if (random() % 2 == 0) rig.clock.pass(std::chrono::seconds(random() % 90));
    }
  }
  rig.clock.pass(std::chrono::seconds(62));
  rig.run(cursor, mirror);
  // generate() writes into the past, where a cursor has been already: only a listing finds those.
  std::string again;
  rig.run(again, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("without the sideload each end user's identities are asked for") {
  FakeZendeskOptions options;
  options.sideload_identities = false;
  options.account_per_minute = 40;
  Rig rig(options, 50);
  rig.zendesk.generate(120, 15);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  const auto counts = rig.zendesk.counts();
  // Every limit on the way is met once at most, and no page is asked for twice.
  CHECK(counts.at("export") == 4);
  CHECK(counts.at("account") <= 120 + 6);
}

TEST_CASE("the export's own limit is kept without being refused") {
  FakeZendeskOptions options;
  options.export_per_minute = 10;
  Rig rig(options, 20);
  rig.export_budget.limit_announced(10, rig.clock.now());
  rig.zendesk.generate(500, 16);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK_FALSE(rig.zendesk.counts().contains("limited"));
}

TEST_CASE("429 is waited for as long as it says") {
  FakeZendeskOptions options;
  options.export_per_minute = 3;
  Rig rig(options, 50);
  rig.zendesk.generate(400, 17);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(rig.zendesk.counts().at("limited") <= 4);
}

TEST_CASE("faults on the way do no harm") {
  Rig rig({}, 30);
  rig.zendesk.generate(300, 18);
  rig.zendesk.configure([](FakeZendeskOptions& options) { options.too_large_above = 10; });
  rig.zendesk.add_fault({"users/cursor", 2, FakeFault::Kind::truncate, 200, "", {}});
  rig.zendesk.add_fault({"users/cursor", 2, FakeFault::Kind::close, 200, "", {}});
  rig.zendesk.add_fault({"organizations", 1, FakeFault::Kind::answer, 500, "<html>", {}});
  rig.zendesk.add_fault({"", 1, FakeFault::Kind::answer, 503, "", {{"Retry-After", "5"}}});
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("an expired access token is refreshed once and the work goes on") {
  FakeZendeskOptions options;
  options.refresh_token = "the-first";
  options.access_token_lifetime = std::chrono::seconds(600);
  std::string kept;
  Rig rig(options, 20, OAuth{"a-client", "a-client-secret", RefreshTokenFlow{"the-first"}},
          {[&] { return kept; },
           [&](const std::string& token) {
             kept = token;
             return true;
           }});
  rig.zendesk.generate(200, 19);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  CHECK(rig.zendesk.counts().at("token") == 1);
  rig.zendesk.expire_access_token();
  rig.run(cursor, mirror);
  CHECK(rig.zendesk.counts().at("token") == 2);
  rig.clock.pass(std::chrono::seconds(601));
  rig.run(cursor, mirror);
  CHECK(rig.zendesk.counts().at("token") == 3);
  CHECK(kept == rig.zendesk.refresh_token());
  rig.check_equal(mirror);
}

TEST_CASE("a wrong token is unauthorized, an old cursor expired") {
  Rig rig({}, 20);
  rig.zendesk.generate(50, 20);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.zendesk.expire_cursors();
  rig.clock.pass(std::chrono::minutes(30));
  auto page = rig.connector->next_page(cursor, rig.clock.now());
  while (page && page->more) page = rig.connector->next_page(page->next_cursor, rig.clock.now());
  REQUIRE_FALSE(page);
  CHECK(page.error().kind == FetchErrorKind::cursor_expired);

  rig.zendesk.configure([](FakeZendeskOptions& options) { options.token = "another"; });
  page = rig.connector->next_page("", rig.clock.now());
  REQUIRE_FALSE(page);
  CHECK(page.error().kind == FetchErrorKind::unauthorized);
  CHECK(page.error().message.find("a-token-for-tests") == std::string::npos);
}

TEST_CASE("single records agree with their pages") {
  Rig rig;
  rig.zendesk.generate(150, 21);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  for (const auto& user : rig.zendesk.users()) {
    const auto fetched = rig.connector->fetch(id_of(user.id), rig.clock.now());
    REQUIRE(fetched);
    CHECK(fetched->as_of == rig.clock.now());
    const auto known = mirror.records.find(id_of(user.id));
    REQUIRE(fetched->record.has_value() == (known != mirror.records.end()));
    if (!fetched->record) continue;
    CHECK(*fetched->record == known->second);
    if (user.organization_id != 0) {
      REQUIRE(fetched->organizations.size() == 1);
      CHECK(fetched->organizations[0].name == mirror.organizations.at(std::to_string(user.organization_id)));
    }
  }
  const auto nobody = rig.connector->fetch(id_of(5), rig.clock.now());
  REQUIRE(nobody);
  CHECK_FALSE(nobody->record);
}

TEST_CASE("the same seed gives the same people, with numbers that are possible") {
  FakeZendesk one;
  FakeZendesk two;
  one.configure(
      [](FakeZendeskOptions& options) { options.clock = [] { return TimePoint{std::chrono::hours(490'000)}; }; });
  two.configure(
      [](FakeZendeskOptions& options) { options.clock = [] { return TimePoint{std::chrono::hours(490'000)}; }; });
  one.generate(2000, 3);
  two.generate(2000, 3);
  CHECK(one.users() == two.users());
  std::size_t phones = 0;
  std::size_t matchable = 0;
  std::map<std::uint64_t, int> owners;
  for (const auto& user : one.users()) {
    if (user.phone.empty()) continue;
    ++phones;
    if (const auto number = ringdex::telephony::test_parser().parse(user.phone, "US")) {
      ++matchable;
      ++owners[number->number.packed()];
    }
  }
  CHECK(phones > 1800);
  CHECK(matchable * 100 > phones * 98);
  CHECK(std::any_of(owners.begin(), owners.end(), [](const auto& owner) { return owner.second >= 3; }));
}
