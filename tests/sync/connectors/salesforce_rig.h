#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "sync/connectors/salesforce/salesforce.h"
#include "telephony/text/times.h"
#include "tests/support/fakes/fake_salesforce.h"
#include "tests/support/real_http.h"

namespace ringdex::sync {

inline const telephony::NumberParser& salesforce_parser() {
  static const telephony::NumberParser one;
  return one;
}

// What an index would hold after the pages: newer wins, tombstones stay, a listing sweeps.
struct SalesforceMirror {
  std::map<index::RecordId, index::Record> records;
  std::map<index::RecordId, index::Deletion> tombstones;
  std::map<std::string, std::string> organizations;
  std::set<index::RecordId> listed;
  bool listing = false;
  int listings_ended = 0;

  void apply(const SourcePage& page) {
    if (page.begins_listing) {
      listing = true;
      listed.clear();
    }
    for (const auto& record : page.records) {
      listed.insert(record.id);
      const auto dead = tombstones.find(record.id);
      if (dead != tombstones.end() && dead->second.version >= record.version) continue;
      const auto known = records.find(record.id);
      if (known == records.end() || known->second.version <= record.version) records[record.id] = record;
      tombstones.erase(record.id);
    }
    for (const auto& deletion : page.deletions) {
      const auto known = records.find(deletion.id);
      if (known != records.end() && known->second.version > deletion.version) continue;
      if (known != records.end()) records.erase(known);
      auto& tombstone = tombstones[deletion.id];
      if (tombstone.version <= deletion.version) {
        const auto survivor = tombstone.merged_into;
        tombstone = deletion;
        if (!tombstone.merged_into) tombstone.merged_into = survivor;
      }
    }
    for (const auto& organization : page.organizations) organizations[organization.id] = organization.name;
    if (!page.ends_listing) return;
    REQUIRE(listing);
    listing = false;
    ++listings_ended;
    std::erase_if(records, [&](const auto& entry) { return !listed.contains(entry.first); });
  }
};

// The connector against a Salesforce over real HTTP, held against what that Salesforce has.
struct SalesforceRig {
  // A clock that the test owns; read by the fake's threads.
  std::atomic<std::int64_t> milliseconds{text::parse_iso_time("2026-01-04T05:33:20Z")->time_since_epoch().count()};
  test_support::FakeSalesforce salesforce;
  Credential credential;
  RateBudget budget{0};
  DailyQuota quota{100};
  SalesforceSchema schema;
  MappingOptions mapping{"sf", "US", 10, 10, {}};
  std::unique_ptr<Connector> connector;
  std::size_t rows_per_page;

  static OAuth client_credentials() {
    return {"a-consumer-key",         "a-consumer-secret",         ClientCredentialsFlow{},
            "/services/oauth2/token", OAuth::Body::form_and_basic, "instance_url"};
  }
  test_support::FakeSalesforceOptions with_clock(test_support::FakeSalesforceOptions options) {
    options.clock = [this] { return now(); };
    return options;
  }
  explicit SalesforceRig(test_support::FakeSalesforceOptions options = {}, std::size_t rows = 100,
                         Credential::Auth auth = client_credentials(), TokenStore store = {})
      : salesforce(with_clock(std::move(options))),
        credential(std::move(auth), test_support::real_client(salesforce.base_url()), std::move(store)),
        rows_per_page(rows) {
    restart();
  }
  TimePoint now() const { return TimePoint{std::chrono::milliseconds(milliseconds.load())}; }
  void pass(std::chrono::milliseconds time) { milliseconds += time.count(); }
  void restart() {
    connector = make_salesforce_connector({mapping, "v60.0", "a-webhook-secret", rows_per_page, ""},
                                          {credential, budget, quota, schema},
                                          test_support::real_http(salesforce.base_url()), salesforce_parser());
  }
  SourcePage page(const std::string& cursor) {
    for (int failures = 0;; ++failures) {
      auto result = connector->next_page(cursor, now());
      if (result) {
        if (result->more) REQUIRE(result->next_cursor != cursor);
        return *std::move(result);
      }
      CAPTURE(result.error().message);
      REQUIRE(failures < 200);
      REQUIRE(result.error().kind != FetchErrorKind::unauthorized);
      REQUIRE(result.error().kind != FetchErrorKind::cursor_expired);
      pass(result.error().wait.value_or(std::chrono::seconds(1)));
    }
  }
  // Pages until the source has nothing further; waits by moving the clock. Returns how many there were.
  int run(std::string& cursor, SalesforceMirror& mirror) {
    for (int pages = 1;; ++pages) {
      const auto next = page(cursor);
      mirror.apply(next);
      cursor = next.next_cursor;
      if (!next.more) return pages;
      REQUIRE(pages < 100'000);
    }
  }
  index::RecordId id_of(const std::string& id) const {
    return {"sf", id.starts_with("00Q") ? index::RecordKind::lead : index::RecordKind::contact, id};
  }

  // Everyone who is there now, read in the plainest way.
  void check_equal(const SalesforceMirror& mirror) const {
    std::size_t expected = 0;
    for (const char* object : {"Contact", "Lead"}) {
      for (const auto& row : salesforce.rows(object)) {
        CAPTURE(row.id);
        const auto field = [&](const char* name) {
          const auto found = row.fields.find(name);
          return found == row.fields.end() ? std::string() : found->second;
        };
        const auto found = mirror.records.find(id_of(row.id));
        if (row.deleted || field("IsConverted") == "true") {
          REQUIRE(found == mirror.records.end());
          continue;
        }
        ++expected;
        REQUIRE(found != mirror.records.end());
        const auto& record = found->second;
        REQUIRE(record.name == field("Name"));
        REQUIRE(record.updated_at == row.stamp);
        REQUIRE(record.organization_id == field("AccountId"));
        if (object == std::string("Lead")) REQUIRE(record.organization == field("Company"));
        std::set<std::uint64_t> numbers;
        for (const char* name : {"Phone", "MobilePhone", "HomePhone", "OtherPhone", "Fax"}) {
          if (const auto number = salesforce_parser().parse(field(name), "US")) numbers.insert(number->number.packed());
        }
        std::set<std::uint64_t> mirrored;
        for (const auto& phone : record.phones) {
          if (phone.number) mirrored.insert(phone.number->packed());
        }
        REQUIRE(mirrored == numbers);
        REQUIRE(record.emails == (field("Email").empty() ? std::vector<std::string>{} : std::vector{field("Email")}));
      }
    }
    REQUIRE(mirror.records.size() == expected);
    for (const auto& account : salesforce.rows("Account")) {
      const auto found = mirror.organizations.find(account.id);
      REQUIRE(found != mirror.organizations.end());
      if (!account.deleted) REQUIRE(found->second == account.fields.at("Name"));
    }
  }
};

}  // namespace ringdex::sync
