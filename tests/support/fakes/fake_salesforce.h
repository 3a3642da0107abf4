#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_salesforce_api.h"
#include "tests/support/fakes/fake_webhooks.h"

namespace ringdex::test_support {

// A Salesforce org of one's own on 127.0.0.1: tokens, describe, queries, getDeleted, search, limits and faults as far
// as the vendor's documents and recordings tell, and the webhooks that the trigger in
// sync/connectors/salesforce/salesforce.md sends. Served from threads of its own; every call here is safe from any
// thread. Each change moves the row's SystemModstamp to the clock.
class FakeSalesforce {
 public:
  using Fields = std::map<std::string, std::string>;  // by API name; "true" for a checkbox, "" for null

  explicit FakeSalesforce(FakeSalesforceOptions options = {});
  ~FakeSalesforce();
  FakeSalesforce(const FakeSalesforce&) = delete;
  FakeSalesforce& operator=(const FakeSalesforce&) = delete;

  FakeServer& server();
  std::string base_url() const;
  // Changes settings while it runs (not: port, TLS, webhook address and secret).
  void configure(const std::function<void(FakeSalesforceOptions&)>& change);

  std::string add(const std::string& object, const Fields& fields);  // the new row's id
  std::string account(const std::string& name);                      // made if there is none of that name
  bool change(const std::string& id, const Fields& fields);
  bool remove(const std::string& id);
  bool restore(const std::string& id);
  bool purge(const std::string& id);  // out of the recycle bin, or past it
  // The loser leaves for the winner, whose empty fields it fills.
  bool merge(const std::string& loser, const std::string& winner);
  std::string convert(const std::string& lead);  // the new contact; empty: no such lead
  void add_field(const std::string& object, FakeSalesforceField field);
  void hide_field(const std::string& object, const std::string& field, bool hidden);
  void trim_deletion_log(const std::string& object, TimePoint before);

  // `count` made-up people, two thirds of them contacts, with an account for every twenty, without webhooks.
  std::vector<std::string> generate(std::size_t count, std::uint64_t seed);

  struct Row {
    std::string id;
    bool deleted = false;
    std::string master_id;
    TimePoint stamp{};
    Fields fields;  // those that hold something
  };
  std::vector<Row> rows(const std::string& object) const;  // as the newest write left them

  void add_fault(FakeFault fault);
  void expire_access_tokens();
  void expire_locators();
  void empty_next_batch();
  std::string refresh_token() const;
  std::map<std::string, std::uint64_t> counts() const;  // see FakeSalesforceApi

  FakeWebhooks* webhooks();                                              // nullptr without an address
  FakeWebhooks::Headers webhook_headers(const std::string& body) const;  // as signed now

 private:
  struct State;
  FakeCommands commands();
  std::unique_ptr<State> state_;
};

}  // namespace ringdex::test_support
