#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/fakes/fake_pipedrive_store.h"
#include "tests/support/fakes/fake_server.h"

namespace ringdex::test_support {

struct FakePipedriveOptions {
  std::uint16_t port = 0;            // 0: any free one
  std::function<TimePoint()> clock;  // unset: the system's
  // What is let in; an empty one lets nobody in.
  std::string api_token = "a-token-for-tests";
  std::string client_id = "a-client";
  std::string client_secret = "a-client-secret";
  std::string refresh_token;
  std::chrono::seconds access_token_lifetime{3599};
  std::string api_domain;   // as the token answer names it; empty: this server
  std::string webhook_url;  // empty: no webhooks
  // Gets each event's body as it happens, under the server's mutex; for tests that deliver on their own.
  std::function<void(std::string)> webhook_sink;
  std::string webhook_user = "pipedrive";
  std::string webhook_password = "a-webhook-password";
  bool meta_ids_are_numbers = false;  // of webhooks; else strings
  std::uint64_t burst_limit = 0;      // requests within the window; 0: none
  std::chrono::seconds burst_window{2};
  std::uint64_t daily_tokens = 0;  // of a day that ends at midnight UTC; 0: no limit
  unsigned shut_out_after = 0;     // so many refusals one after the other are followed by 403; 0: never
  std::chrono::milliseconds latency{0};
  bool deleted_are_listed = true;    // as is_deleted: true; else they vanish at once
  bool deletion_frees_leads = true;  // the leads of a deleted person lose it
  bool null_for_empty = true;        // an empty list is data: null
  std::size_t overfill = 1;          // a page holds so many times what was asked for
  unsigned empty_pages = 0;          // the next pages of v2 are empty, and not the last
  bool stand_still = false;          // pages lead to themselves
  std::string certificate_file;      // with key_file: TLS
  std::string key_file;
};

// A Pipedrive's answers, without sockets. The caller locks.
class FakePipedriveApi {
 public:
  explicit FakePipedriveApi(FakePipedriveOptions options);

  FakeAnswer answer(const FakeRequest& request);
  TimePoint now() const;

  FakePipedriveOptions options;
  FakePipedriveStore store;
  // Of real answers: "total", "list", "record", "search", "token", "refused", "limited", "shut_out", "tokens"
  std::map<std::string, std::uint64_t> counts;
  std::string base_url;
  std::string access_token;
  std::string refresh_token;
  unsigned cursor_age = 0;  // raised: cursors given before are refused
  // Done through the API; the FakePipedrive sets them, so that webhooks go out.
  std::function<bool(std::uint64_t loser, std::uint64_t winner)> merge;
  std::function<bool(std::uint64_t id)> remove_person;
  std::function<bool(const std::string& id)> remove_lead;

 private:
  std::optional<FakeAnswer> limited(std::string_view path);
  void add_limit_headers(FakeAnswer& answer) const;
  bool authorized(const FakeRequest& request) const;
  FakeAnswer give_token(const FakeRequest& request);
  FakeAnswer route(const FakeRequest& request, std::string_view path);
  FakeAnswer list(const FakeRequest& request, const FakePipedriveStore::Table& table);
  FakeAnswer by_ids(const std::string& ids, const FakePipedriveStore::Table& table) const;
  FakeAnswer lead_list(const FakeRequest& request, bool archived) const;
  FakeAnswer search(const FakeRequest& request) const;
  FakeAnswer one_person(const FakeRequest& request, std::string_view rest);
  FakeAnswer one_lead(const FakeRequest& request, const std::string& id);
  FakeAnswer webhooks(const FakeRequest& request, std::string_view rest);
  std::string cursor_of(const FakePipedriveStore::Table::Position& position, const std::string& parameters);
  std::optional<FakePipedriveStore::Table::Position> position_of(const std::string& cursor,
                                                                 const std::string& parameters) const;

  TimePoint access_token_ends_{};
  unsigned tokens_given_ = 0;
  std::int64_t window_ = -1;
  std::uint64_t window_used_ = 0;
  std::int64_t day_ = -1;
  std::uint64_t day_used_ = 0;
  unsigned refusals_ = 0;
  TimePoint shut_out_until_{};
  std::uint64_t cursors_given_ = 0;
  nlohmann::json hooks_ = nlohmann::json::array();
};

}  // namespace ringdex::test_support
