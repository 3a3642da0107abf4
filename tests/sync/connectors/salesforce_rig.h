#pragma once

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>

#include "sync/connectors/salesforce/salesforce.h"
#include "tests/support/fakes/fake_salesforce.h"
#include "tests/support/real_http.h"
#include "tests/support/test_parser.h"
#include "tests/sync/connectors/page_mirror.h"

namespace ringdex::sync {

// The connector against a Salesforce over real HTTP, held against what that Salesforce has.
struct SalesforceRig : PagedConnector {
  test_support::FakeSalesforce salesforce;
  Credential credential;
  RateBudget budget{0};
  DailyQuota quota{100};
  SalesforceSchema schema;
  MappingOptions mapping{"sf", "US", 10, 10, {}};
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
  void restart() {
    connector = make_salesforce_connector({mapping, "v60.0", "a-webhook-secret", rows_per_page, ""},
                                          {credential, budget, quota, schema},
                                          test_support::real_http(salesforce.base_url()), telephony::test_parser());
  }
  index::RecordId id_of(const std::string& id) const {
    return {"sf", id.starts_with("00Q") ? index::RecordKind::lead : index::RecordKind::contact, id};
  }

  // Everyone who is there now, read in the plainest way.
  void check_equal(const PageMirror& mirror) const {
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
          if (const auto number = telephony::test_parser().parse(field(name), "US"))
            numbers.insert(number->number.packed());
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
