#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fakes/fake_server.h"
#include "tests/support/fakes/fake_zendesk_store.h"

namespace ringdex::test_support {

struct FakeZendeskOptions {
  std::uint16_t port = 0;            // 0: any free one
  std::function<TimePoint()> clock;  // unset: the system's
  // What is let in; an empty one lets nobody in.
  std::string email = "bot@acme.example";
  std::string token = "a-token-for-tests";
  std::string bearer;
  std::string client_id = "a-client";
  std::string client_secret = "a-client-secret";
  std::string refresh_token;
  std::chrono::seconds access_token_lifetime{1800};
  std::string webhook_url;  // empty: no webhooks
  // Gets each event's body as it happens, under the server's mutex; for tests that deliver on their own.
  std::function<void(std::string)> webhook_sink;
  std::string webhook_secret = "a-webhook-secret";
  bool slash_types = false;             // "zen:event-type/user.merged" instead of "zen:event-type:user.merged"
  bool winner_is_subject = false;       // which of the two a user.merged names as its subject
  std::uint64_t export_per_minute = 0;  // 0: no limit
  std::uint64_t account_per_minute = 0;
  std::chrono::milliseconds latency{0};
  bool leave_out_last_minute = true;
  bool sideload_identities = true;
  bool identity_bumps_user = true;  // whether an identity's change moves the user's updated_at
  std::size_t organizations_per_page = 1000;
  std::size_t users_per_page_max = 1000;  // a larger per_page is cut to it
  std::size_t page_factor = 1;            // a page holds so many times the users that were asked for
  unsigned empty_pages = 0;               // so many of the next export pages are empty and not the last
  bool stand_still = false;               // each page of the export leads to itself
  std::size_t too_large_above = 0;        // a per_page above it answers 504; 0: never
  std::string certificate_file;           // with key_file: TLS
  std::string key_file;
};

// A Zendesk's answers, without sockets. The caller locks.
class FakeZendeskApi {
 public:
  explicit FakeZendeskApi(FakeZendeskOptions options);

  FakeAnswer answer(const FakeRequest& request);
  TimePoint now() const;

  FakeZendeskOptions options;
  FakeZendeskStore store;
  std::map<std::string, std::uint64_t>
      counts;  // of real answers: "total", "export", "account", "token", "refused", "limited"
  std::string access_token;
  std::string refresh_token;
  unsigned cursor_age = 0;  // raised: cursors given before are refused
  // Done through the API; the FakeZendesk sets them, so that webhooks go out.
  std::function<bool(std::uint64_t loser, std::uint64_t winner)> merge;
  std::function<bool(std::uint64_t id)> remove;

 private:
  struct Window {
    std::int64_t minute = -1;
    std::uint64_t used = 0;
  };

  std::optional<FakeAnswer> limited(const FakeRequest& request);
  bool authorized(const FakeRequest& request) const;
  FakeAnswer route(const FakeRequest& request);
  FakeAnswer export_users(const FakeRequest& request);
  FakeAnswer export_organizations(const FakeRequest& request);
  FakeAnswer one_user(const FakeRequest& request, std::string_view rest);
  FakeAnswer identities(const FakeRequest& request, std::uint64_t id) const;
  FakeAnswer show_many(const FakeRequest& request) const;
  FakeAnswer deleted_users() const;
  FakeAnswer search(const FakeRequest& request, const char* list_name) const;
  FakeAnswer give_token(const FakeRequest& request);
  std::int64_t horizon() const;  // the last second that an export shows

  Window export_window_;
  Window account_window_;
  TimePoint access_token_ends_{};
  unsigned tokens_given_ = 0;
};

}  // namespace ringdex::test_support
