#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>

#include "sync/connectors/pipedrive/pipedrive.h"
#include "tests/support/fakes/crm_kit.h"
#include "tests/support/fakes/fake_pipedrive.h"
#include "tests/support/real_http.h"
#include "tests/support/test_parser.h"
#include "tests/sync/connectors/page_mirror.h"

namespace ringdex::tests {

using namespace ringdex::sync;
using namespace ringdex::test_support;
using index::Record;
using index::RecordId;
using index::RecordKind;

struct PipedriveRig : PagedConnector {
  FakePipedrive pipedrive;
  Credential credential;
  RateBudget budget{0};
  DailyQuota quota{100};
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
                                         {credential, budget, quota}, real_http(pipedrive.base_url()),
                                         telephony::test_parser());
  }
  // All that is there now, read in the plainest way.
  void check_equal(const PageMirror& mirror) const {
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
        if (const auto number = telephony::test_parser().parse(phone.value, "US"))
          numbers.insert(number->number.packed());
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
