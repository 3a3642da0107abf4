#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_pipedrive_api.h"
#include "tests/support/fakes/fake_pipedrive_store.h"
#include "tests/support/fakes/fake_webhooks.h"

namespace ringdex::test_support {

// A Pipedrive of one's own on 127.0.0.1: lists, records, search, tokens, limits, faults and webhooks, as far as the
// vendor's documents and recordings tell. Served from threads of its own; every call here is safe from any thread. Each
// change moves the update time to the clock and sends the webhooks that Pipedrive would send.
class FakePipedrive {
 public:
  explicit FakePipedrive(FakePipedriveOptions options = {});
  ~FakePipedrive();
  FakePipedrive(const FakePipedrive&) = delete;
  FakePipedrive& operator=(const FakePipedrive&) = delete;

  FakeServer& server();
  std::string base_url() const;
  // Changes settings while it runs (not: port, TLS, webhook address).
  void configure(const std::function<void(FakePipedriveOptions&)>& change);

  std::uint64_t add_person(FakePipedrivePerson person);  // a set update_time is kept
  std::uint64_t add_organization(const std::string& name);
  // `change` gets the person as it is; false if there is none, or it is deleted.
  bool change_person(std::uint64_t id, const std::function<void(FakePipedrivePerson&)>& change);
  bool delete_person(std::uint64_t id);
  bool restore_person(std::uint64_t id);
  // The winner gains what it lacks, and all leads. False unless both are there.
  bool merge_persons(std::uint64_t loser, std::uint64_t winner);
  bool rename_organization(std::uint64_t id, const std::string& name);
  bool delete_organization(std::uint64_t id);

  std::string add_lead(FakePipedriveLead lead);
  bool change_lead(const std::string& id, const std::function<void(FakePipedriveLead&)>& change);
  bool archive_lead(const std::string& id, bool archived = true);
  bool delete_lead(const std::string& id);
  bool convert_lead(const std::string& id);  // to a deal: the lead is deleted, its person stays

  // `count` made-up people in one organization per twenty of them, without webhooks; many share a second. One in ten
  // has a lead, if leads are wanted.
  std::vector<std::uint64_t> generate(std::size_t count, std::uint64_t seed, bool with_leads = false);

  std::map<std::uint64_t, FakePipedrivePerson> persons() const;
  std::map<std::uint64_t, FakePipedriveOrganization> organizations() const;
  std::map<std::string, FakePipedriveLead> leads() const;

  void add_fault(FakeFault fault);
  void expire_access_token();
  void expire_cursors();
  std::string refresh_token() const;                    // the one that is good now
  std::map<std::string, std::uint64_t> counts() const;  // see FakePipedriveApi

  // Sends any event, also one that makes no sense: the whole body as JSON.
  void send_body(const std::string& body);
  FakeWebhooks* webhooks();  // nullptr without an address
  FakeWebhooks::Headers webhook_headers() const;

 private:
  struct State;
  FakeCommands commands();
  std::unique_ptr<State> state_;
};

}  // namespace ringdex::test_support
