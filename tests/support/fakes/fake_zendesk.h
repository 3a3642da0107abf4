#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/fakes/fake_webhooks.h"
#include "tests/support/fakes/fake_zendesk_api.h"
#include "tests/support/fakes/fake_zendesk_store.h"

namespace ringdex::test_support {

// A Zendesk of one's own on 127.0.0.1: export, records, search, tokens, limits, faults and signed webhooks, as far as
// the vendor's documents and recordings tell. Served from threads of its own; every call here is safe from any thread.
// Each change moves the user's updated_at to the clock's second and sends the webhook that Zendesk would send.
class FakeZendesk {
 public:
  explicit FakeZendesk(FakeZendeskOptions options = {});
  ~FakeZendesk();
  FakeZendesk(const FakeZendesk&) = delete;
  FakeZendesk& operator=(const FakeZendesk&) = delete;

  FakeServer& server();
  std::string base_url() const;
  // Changes settings while it runs (not: port, TLS, webhook address and secret).
  void configure(const std::function<void(FakeZendeskOptions&)>& change);

  std::uint64_t add_user(FakeUser user);  // sends user.created; a set updated_at is kept
  std::uint64_t add_organization(const std::string& name);
  // `change` gets the user as it is; false if there is no such user. A changed phone alone gives no event.
  bool change_user(std::uint64_t id, const std::function<void(FakeUser&)>& change);
  std::uint64_t add_identity(std::uint64_t user_id, const std::string& type, const std::string& value);
  bool remove_identity(std::uint64_t user_id, std::uint64_t identity_id);
  // The loser disappears, the winner gains its e-mails and phones. False unless both are active end users.
  bool merge(std::uint64_t loser, std::uint64_t winner);
  bool delete_user(std::uint64_t id);  // softly: active becomes false
  bool erase_user(std::uint64_t id);   // for good, after being deleted
  bool rename_organization(std::uint64_t id, const std::string& name);
  bool delete_organization(std::uint64_t id);

  // `count` made-up people in one organization per twenty of them, without webhooks. Many share a second.
  std::vector<std::uint64_t> generate(std::size_t count, std::uint64_t seed);

  std::vector<FakeUser> users() const;
  std::vector<FakeOrganization> organizations() const;

  void add_fault(FakeFault fault);
  void release_stalls();
  void expire_access_token();
  void expire_cursors();
  std::string refresh_token() const;                    // the one that is good now
  std::map<std::string, std::uint64_t> counts() const;  // see FakeZendeskApi

  // Sends any event, also one that makes no sense. `event` is the member of that name, as JSON.
  void send_event(const std::string& type, std::uint64_t subject, const std::string& event);
  FakeWebhooks* webhooks();                                              // nullptr without an address
  FakeWebhooks::Headers webhook_headers(const std::string& body) const;  // as signed now

 private:
  struct State;
  FakeCommands commands();
  std::unique_ptr<State> state_;
};

}  // namespace ringdex::test_support
