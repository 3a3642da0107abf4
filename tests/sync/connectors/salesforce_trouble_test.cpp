#include <doctest/doctest.h>

#include "tests/support/test_certificate.h"
#include "tests/sync/connectors/salesforce_rig.h"

using namespace ringdex::sync;
using ringdex::index::RecordId;
using ringdex::index::RecordKind;
using ringdex::test_support::FakeFault;
using ringdex::test_support::FakeSalesforceOptions;
using Rig = SalesforceRig;
using Mirror = PageMirror;

// Salesforce over real HTTP on its bad days.

TEST_CASE("salesforce: faults on the way do no harm") {
  Rig rig({}, 30);
  rig.salesforce.generate(300, 18);
  rig.salesforce.add_fault({"queryAll", 2, FakeFault::Kind::truncate, 200, "", {}});
  rig.salesforce.add_fault({"queryAll", 2, FakeFault::Kind::close, 200, "", {}});
  rig.salesforce.add_fault({"describe", 1, FakeFault::Kind::truncate, 200, "", {}});
  rig.salesforce.add_fault({"queryAll", 1, FakeFault::Kind::answer, 500, "<html>", {}});
  rig.salesforce.add_fault({"", 1, FakeFault::Kind::answer, 503, "", {{"Retry-After", "5"}}});
  rig.salesforce.add_fault({"deleted", 1, FakeFault::Kind::answer, 500, R"([{"errorCode":"UNKNOWN_EXCEPTION"}])", {}});
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.pass(std::chrono::hours(1));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("salesforce: after an outage of two days the changes come in one go") {
  Rig rig({}, 30);
  const auto ids = rig.salesforce.generate(200, 19);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.pass(std::chrono::minutes(30));
  auto page = rig.page(cursor);
  REQUIRE(page.more);
  mirror.apply(page);
  cursor = page.next_cursor;
  for (int hour = 0; hour < 48; ++hour) {
    rig.salesforce.add_fault({"", 1, FakeFault::Kind::answer, 503, "", {}});
    const auto failed = rig.connector->next_page(cursor, rig.now());
    REQUIRE_FALSE(failed);
    CHECK(failed.error().kind == FetchErrorKind::unavailable);
    rig.salesforce.change(ids[static_cast<std::size_t>(hour)], {{"LastName", "Hour " + std::to_string(hour)}});
    rig.pass(std::chrono::hours(1));
  }
  // The run that was cut short ends where it was to end, and another follows at once.
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("salesforce: a daily limit that is used up is probed every quarter of an hour") {
  FakeSalesforceOptions options;
  options.daily_limit = 12;
  Rig rig(options, 20);
  rig.salesforce.generate(150, 20);
  std::string cursor;
  Mirror mirror;
  std::optional<FetchError> error;
  while (!error) {
    const auto page = rig.connector->next_page(cursor, rig.now());
    if (!page) {
      error = page.error();
    } else {
      mirror.apply(*page);
      cursor = page->next_cursor;
    }
  }
  CHECK(error->kind == FetchErrorKind::rate_limited);
  CHECK(error->wait > std::chrono::seconds(0));
  CHECK(rig.connector->requests_left(rig.now()).today == 0);
  const auto asked = rig.salesforce.counts().at("total");
  rig.pass(std::chrono::minutes(1));
  CHECK_FALSE(rig.connector->next_page(cursor, rig.now()));
  CHECK(rig.salesforce.counts().at("total") <= asked + 1);
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}

TEST_CASE("salesforce: our share of the day is kept") {
  FakeSalesforceOptions options;
  options.daily_limit = 100;
  Rig rig(options, 10);
  DailyQuota tenth(10);
  rig.salesforce.generate(300, 20);
  const auto careful = make_salesforce_connector(
      {rig.mapping, "v60.0", "", 10, ""}, {rig.credential, rig.budget, tenth, rig.schema},
      ringdex::test_support::real_http(rig.salesforce.base_url()), ringdex::telephony::test_parser());
  std::string cursor;
  for (int pages = 0; pages < 100; ++pages) {
    const auto page = careful->next_page(cursor, rig.now());
    if (!page) {
      CHECK(page.error().kind == FetchErrorKind::rate_limited);
      CHECK(page.error().http_status == 0);
      break;
    }
    cursor = page->next_cursor;
  }
  CHECK(careful->requests_sent() <= 12);
}

TEST_CASE("salesforce: too many requests at once are waited for") {
  FakeSalesforceOptions options;
  options.requests_per_minute = 4;
  Rig rig(options, 20);
  rig.salesforce.generate(200, 21);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(rig.salesforce.counts().at("limited") > 0);
}

TEST_CASE("salesforce: queries that take too long are asked for less") {
  FakeSalesforceOptions options;
  options.timeout_rows = 10;
  Rig rig(options, 50);
  const auto ids = rig.salesforce.generate(150, 22);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  rig.salesforce.configure([](FakeSalesforceOptions& changed) {
    changed.timeout_rows = 0;
    changed.timeout_window = std::chrono::hours(1);
  });
  for (int hour = 0; hour < 30; ++hour) {
    rig.pass(std::chrono::hours(1));
    rig.salesforce.change(ids[static_cast<std::size_t>(hour)], {{"LastName", "Hour " + std::to_string(hour)}});
  }
  rig.pass(std::chrono::minutes(30));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  CHECK(rig.salesforce.counts().at("timeouts") > 3);
}

TEST_CASE("salesforce: a field that goes away is noticed, and one that is new is found within a day") {
  Rig rig({}, 50);
  rig.salesforce.add_field("Contact", {"Second_Mobile__c", "phone", "", true});
  const auto id = rig.salesforce.add(
      "Contact", {{"LastName", "Person"}, {"MobilePhone", "+1 415 555 2671"}, {"Second_Mobile__c", "+1 415 555 2672"}});
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  CHECK(mirror.records.at(rig.id_of(id)).phones.size() == 1);
  rig.salesforce.hide_field("Contact", "MobilePhone", true);
  rig.salesforce.hide_field("Contact", "Second_Mobile__c", false);
  rig.salesforce.change(id, {{"Title", "Boss"}});
  rig.pass(std::chrono::minutes(30));
  rig.run(cursor, mirror);
  const auto& record = mirror.records.at(rig.id_of(id));
  REQUIRE(record.phones.size() == 1);
  CHECK(record.phones[0].label == "Second_Mobile__c");
  CHECK(record.phones[0].number->to_e164() == "+14155552672");
  CHECK(rig.salesforce.counts().at("describe") == 4);
  rig.pass(std::chrono::hours(25));
  rig.run(cursor, mirror);
  CHECK(rig.salesforce.counts().at("describe") == 7);
}

TEST_CASE("salesforce: long lists of fields are asked for in parts and put together") {
  Rig rig({}, 20);
  for (int i = 0; i < 400; ++i) {
    const std::string name = "A_rather_long_custom_field_number_" + std::to_string(i) + "__c";
    rig.salesforce.add_field("Contact", {name, "string", ""});
    rig.mapping.custom_fields["field " + std::to_string(i)] = name;
  }
  rig.mapping.custom_fields["none"] = "No_such_field__c";
  rig.restart();
  for (int i = 0; i < 45; ++i) {
    rig.salesforce.add("Contact", {{"LastName", "Person " + std::to_string(i)},
                                   {"Phone", "+1 415 555 26" + std::to_string(10 + i)},
                                   {"A_rather_long_custom_field_number_0__c", "first"},
                                   {"A_rather_long_custom_field_number_399__c", "last " + std::to_string(i)}});
  }
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  REQUIRE(mirror.records.size() == 45);
  for (const auto& [id, record] : mirror.records) {
    CHECK(record.custom.at("field 0") == "first");
    CHECK(record.custom.at("field 399").starts_with("last "));
    CHECK(record.custom.size() == 2);
  }
  const auto one = rig.connector->fetch(mirror.records.begin()->first, rig.now());
  REQUIRE(one);
  CHECK(one->record == mirror.records.begin()->second);
  const auto found = rig.connector->find_by_phone(*one->record->phones[0].number, rig.now());
  REQUIRE(found);
  REQUIRE(found->size() == 1);
  CHECK(found->front().record == one->record);
  // A stricter server makes for more parts.
  CHECK_FALSE(rig.salesforce.counts().contains("too_long"));
  rig.salesforce.configure([](FakeSalesforceOptions& options) { options.uri_bytes_max = 3'000; });
  cursor.clear();
  rig.run(cursor, mirror);
  CHECK(rig.salesforce.counts().at("too_long") > 0);
  rig.check_equal(mirror);
}

TEST_CASE("salesforce: an ended session is renewed once, in each of the three flows") {
  SUBCASE("refresh token, with rotation") {
    FakeSalesforceOptions options;
    options.rotate_refresh_tokens = true;
    std::string kept;
    Rig rig(options, 50,
            OAuth{"a-consumer-key", "a-consumer-secret", RefreshTokenFlow{"a-refresh-token"}, "/services/oauth2/token",
                  OAuth::Body::form, "instance_url"},
            {[&] { return kept; },
             [&](const std::string& token) {
               kept = token;
               return true;
             }});
    rig.salesforce.generate(100, 23);
    Mirror mirror;
    std::string cursor;
    rig.run(cursor, mirror);
    CHECK(rig.salesforce.counts().at("token") == 1);
    rig.salesforce.expire_access_tokens();
    rig.pass(std::chrono::minutes(30));
    rig.run(cursor, mirror);
    CHECK(rig.salesforce.counts().at("token") == 2);
    CHECK(kept == rig.salesforce.refresh_token());
    rig.check_equal(mirror);
    CHECK(mirror.records.begin()->second.url ==
          rig.salesforce.base_url() + "/lightning/r/Contact/" + mirror.records.begin()->first.external_id + "/view");
  }
  SUBCASE("client credentials") {
    Rig rig({}, 50);
    rig.salesforce.generate(100, 23);
    Mirror mirror;
    std::string cursor;
    rig.run(cursor, mirror);
    rig.pass(std::chrono::hours(3));  // beyond the token's life
    rig.run(cursor, mirror);
    CHECK(rig.salesforce.counts().at("token") == 2);
    rig.salesforce.configure([](FakeSalesforceOptions& options) { options.client_credentials = false; });
    rig.salesforce.expire_access_tokens();
    const auto refused = rig.connector->next_page("", rig.now());
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == FetchErrorKind::unauthorized);
    CHECK(refused.error().message.find("a-consumer-secret") == std::string::npos);
  }
}

TEST_CASE("salesforce: single rows agree with their pages") {
  Rig rig;
  const auto ids = rig.salesforce.generate(120, 24);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  std::string lead;
  for (const auto& id : ids) {
    const auto fetched = rig.connector->fetch(rig.id_of(id.substr(0, 15)), rig.now());
    REQUIRE(fetched);
    CHECK(fetched->id == rig.id_of(id));
    CHECK(fetched->as_of == rig.now());
    REQUIRE(fetched->record);
    CHECK(*fetched->record == mirror.records.at(rig.id_of(id)));
    if (id.starts_with("00Q")) lead = id;
    if (fetched->record->organization_id.empty()) continue;
    REQUIRE(fetched->organizations.size() == 1);
    const auto account = rig.connector->fetch_organization(fetched->record->organization_id, rig.now());
    REQUIRE(account);
    CHECK(*account == fetched->organizations[0]);
  }
  const auto contact = rig.salesforce.convert(lead);
  auto fetched = rig.connector->fetch(rig.id_of(lead), rig.now());
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  CHECK(fetched->merged_into == rig.id_of(contact));
  rig.salesforce.remove(contact);
  fetched = rig.connector->fetch(rig.id_of(contact), rig.now());
  REQUIRE(fetched);
  CHECK_FALSE(fetched->record);
  CHECK_FALSE(fetched->merged_into);
  rig.salesforce.purge(contact);
  CHECK_FALSE(rig.connector->fetch(rig.id_of(contact), rig.now())->record);
  const auto asked = rig.connector->requests_sent();
  for (const std::string bad : {"", "5", "003' OR Name != '", "0035e00000000000000000"}) {
    const auto nobody = rig.connector->fetch({"sf", RecordKind::contact, bad}, rig.now());
    REQUIRE(nobody);
    CHECK_FALSE(nobody->record);
    CHECK_FALSE(rig.connector->fetch_organization(bad, rig.now()));
  }
  CHECK(rig.connector->requests_sent() == asked);
}

TEST_CASE("salesforce: search by phone finds contacts and leads however they wrote it") {
  Rig rig;
  auto& crm = rig.salesforce;
  const auto plain = crm.add("Contact", {{"LastName", "Plain"}, {"Phone", "4155552671"}});
  const auto international = crm.add("Lead", {{"LastName", "International"}, {"MobilePhone", "+14155552672"}});
  const auto london = crm.add("Contact", {{"LastName", "London"}, {"HomePhone", "020 7946 0958"}});
  const auto converted = crm.add("Lead", {{"LastName", "Converted"}, {"Phone", "4155552671"}});
  crm.convert(converted);
  const auto find = [&](const char* e164) {
    const auto found = rig.connector->find_by_phone(*ringdex::telephony::PhoneNumber::from_e164(e164), rig.now());
    REQUIRE(found);
    std::set<std::string> ids;
    for (const auto& one : *found) {
      REQUIRE(one.record);
      ids.insert(one.record->id.external_id);
    }
    return ids;
  };
  CHECK(find("+14155552671").size() == 2);  // the lead's contact has it, the lead is left out
  CHECK(find("+14155552671").contains(plain));
  CHECK(find("+14155552672") == std::set{international});
  CHECK(find("+442079460958") == std::set{london});
  CHECK(find("+14155552673").empty());
  crm.configure([](FakeSalesforceOptions& options) { options.bare_search_list = true; });
  CHECK(find("+442079460958") == std::set{london});
  for (int i = 0; i < 20; ++i) crm.add("Contact", {{"LastName", "Many"}, {"Phone", "2127365000"}});
  CHECK(find("+12127365000").size() == Connector::kSearchHitsMax);
}

TEST_CASE("salesforce: a clock that was set back does not loop, one that ran ahead loses nothing") {
  Rig rig({}, 20);
  const auto ids = rig.salesforce.generate(50, 25);
  Mirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  const auto back = rig.connector->next_page(cursor, rig.now() - std::chrono::hours(100));
  REQUIRE(back);
  CHECK_FALSE(back->more);
  mirror.apply(*back);
  cursor = back->next_cursor;
  // Our clock is hours ahead of Salesforce's for a while.
  rig.pass(std::chrono::minutes(30));
  for (int i = 0; i < 10; ++i) {
    const auto page = rig.connector->next_page(cursor, rig.now() + std::chrono::hours(5));
    REQUIRE(page);
    mirror.apply(*page);
    cursor = page->next_cursor;
  }
  rig.salesforce.change(ids[0], {{"LastName", "Changed then"}});
  rig.pass(std::chrono::minutes(30));
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
}
