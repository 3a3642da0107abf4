#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fakes/fake_salesforce_store.h"
#include "tests/support/fakes/fake_server.h"
#include "tests/support/fakes/fake_soql.h"

namespace ringdex::test_support {

struct FakeSalesforceOptions {
  std::uint16_t port = 0;            // 0: any free one
  std::function<TimePoint()> clock;  // unset: the system's
  std::string fixed_token;           // an access token that is let in for ever; empty: none
  std::string client_id = "a-consumer-key";
  std::string client_secret = "a-consumer-secret";
  std::string refresh_token = "a-refresh-token";
  bool rotate_refresh_tokens = false;
  bool client_credentials = true;  // whether the app allows that flow
  std::string jwt_public_key;      // PEM; empty: that flow is not allowed
  std::string jwt_username = "bot@acme.example";
  std::string jwt_audience = "https://login.salesforce.com";
  std::chrono::seconds access_token_lifetime{7200};
  std::string webhook_url;                        // empty: no webhooks
  std::function<void(std::string)> webhook_sink;  // gets each event's body as it happens, under the server's mutex
  std::string webhook_secret = "a-webhook-secret";
  std::uint64_t daily_limit = 100'000;
  std::uint64_t requests_per_minute = 0;  // more is refused as too many at once; 0: no limit
  std::chrono::milliseconds latency{0};
  std::size_t batch_rows = 2'000;
  std::size_t uri_bytes_max = 16'384;           // with the headers
  std::size_t timeout_rows = 0;                 // a LIMIT above it ends in QUERY_TIMEOUT; 0: never
  std::chrono::milliseconds timeout_window{0};  // the same of a window of changes that is longer
  std::chrono::milliseconds commit_takes{0};    // what is written is seen so much later, with its old stamp
  std::chrono::hours deletion_log_reach{24 * 15};
  std::size_t deletion_ids_max = 600'000;
  bool log_purges = true;         // whether getDeleted still tells of rows that were purged
  std::size_t overfill = 1;       // a query gives so many times its LIMIT
  bool stand_still = false;       // each ordered query gives what the one before gave
  bool bare_search_list = false;  // as before v37
  std::string certificate_file;   // with key_file: TLS
  std::string key_file;
};

// A Salesforce org's answers, without sockets. The caller locks.
class FakeSalesforceApi {
 public:
  explicit FakeSalesforceApi(FakeSalesforceOptions options);

  FakeAnswer answer(const FakeRequest& request);
  TimePoint now() const;
  void expire_access_tokens() { access_tokens_.clear(); }
  void expire_locators() { locators_.clear(); }
  const std::string& refresh_token() const { return refresh_token_; }

  FakeSalesforceOptions options;
  FakeSalesforceStore store;
  std::function<std::string()> base_url;        // for instance_url
  std::map<std::string, std::uint64_t> counts;  // "total", "token", "query", "deleted", "describe", "search", ...
  std::uint64_t api_requests_today = 0;
  bool empty_next_batch = false;                 // the next query's first batch is empty and not the last
  std::map<std::string, TimePoint> trimmed_log;  // object -> deletions before are not known any more

 private:
  struct Locator {
    std::vector<std::string> ids;
    FakeSoql query;
    bool with_deleted = false;
  };

  FakeAnswer give_token(const FakeRequest& request);
  std::optional<std::string> refuse_assertion(const std::string& assertion) const;
  bool is_authorized(const FakeRequest& request) const;
  std::optional<FakeAnswer> limited(const FakeRequest& request);
  FakeAnswer route(const FakeRequest& request);
  FakeAnswer query(const FakeRequest& request, bool with_deleted);
  FakeAnswer batch(const Locator& locator, std::size_t start, const std::string& name);
  FakeAnswer query_more(const std::string& locator);
  FakeAnswer describe(const FakeSalesforceObject& object) const;
  FakeAnswer deleted(const FakeRequest& request, const FakeSalesforceObject& object) const;
  FakeAnswer search(const FakeRequest& request);
  std::string row_json(const FakeSoql& query, FakeSalesforceObject& object, const FakeSalesforceRow& row);

  std::map<std::string, TimePoint> access_tokens_;  // -> its end
  std::string refresh_token_;
  std::map<std::string, Locator> locators_;
  std::map<std::string, std::string> last_ordered_;  // by object
  unsigned tokens_given_ = 0;
  unsigned locators_given_ = 0;
  std::int64_t day_ = -1;
  std::int64_t minute_ = -1;
  std::uint64_t in_minute_ = 0;
};

FakeAnswer fake_salesforce_error(int status, const std::string& code, const std::string& message);

}  // namespace ringdex::test_support
