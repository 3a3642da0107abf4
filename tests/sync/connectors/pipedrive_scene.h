#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "sync/connectors/pipedrive/pipedrive.h"
#include "tests/support/fakes/crm_kit.h"
#include "tests/support/fakes/fake_pipedrive.h"
#include "tests/support/real_http.h"

namespace ringdex::tests {

using namespace ringdex::sync;
using namespace ringdex::test_support;
using index::Record;
using index::RecordId;
using index::RecordKind;

inline const telephony::NumberParser& parser() {
  static const telephony::NumberParser one;
  return one;
}

// What an index would hold after the pages: newer wins, tombstones stay.
struct PipedriveMirror {
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

struct PipedriveRig {
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
  explicit PipedriveRig(FakePipedriveOptions options = {}, std::size_t page_size = 100,
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
  int run(std::string& cursor, PipedriveMirror& mirror) {
    for (int pages = 1;; ++pages) {
      const auto page = next(cursor);
      mirror.apply(page);
      cursor = page.next_cursor;
      if (!page.more) return pages;
      REQUIRE(pages < 100'000);
    }
  }
  // All that is there now, read in the plainest way.
  void check_equal(const PipedriveMirror& mirror) const {
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

inline RecordId contact(std::uint64_t id) {
  return {"p", RecordKind::contact, std::to_string(id)};
}

inline FakePipedriveLead lead_of(std::uint64_t person, const std::string& title) {
  FakePipedriveLead lead;
  lead.person_id = person;
  lead.title = title;
  return lead;
}

}  // namespace ringdex::tests
