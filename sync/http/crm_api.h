#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "sync/connector.h"
#include "sync/fetch_error.h"
#include "sync/http/credential.h"
#include "sync/http/daily_quota.h"
#include "sync/http/http_client.h"
#include "sync/http/rate_budget.h"

namespace ringdex::sync {

// An HTTP client for an address that may move, as a token answer names it (Salesforce's instance_url, Pipedrive's
// api_domain). One thread, but for cancel().
class MovingHttpClient {
 public:
  using Make = std::function<std::unique_ptr<HttpClient>(const std::string& base_url)>;
  MovingHttpClient(Make make, std::string base_url) : make_(std::move(make)), configured_(std::move(base_url)) {}

  // An empty address is the configured one.
  std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request, const std::string& base_url);
  void cancel();

 private:
  const Make make_;
  const std::string configured_;
  std::string current_;
  std::mutex mutex_;
  std::unique_ptr<HttpClient> http_;  // replaced under mutex_ by the one thread
};

// One CRM's API as one connector instance talks to it: credential, address, budgets. One thread, but for cancel().
class CrmApi {
 public:
  struct Rules {
    // Asks the budgets: nothing lets the request through, else it is not sent for so long.
    std::function<std::optional<std::chrono::milliseconds>(index::TimePoint now)> permit;
    // Reads what an answer says of the limits.
    std::function<void(const HttpResponse&, index::TimePoint now)> observe;
    // Whether an answer says that the access token is of no use any more; unset: its status is 401.
    std::function<bool(const HttpResponse&)> is_refused;
  };
  CrmApi(Credential& credential, std::shared_ptr<MovingHttpClient> http);

  // Any answer whatever its status; a refused access token is renewed once before. `what` names the request for people
  // and holds no secret. An error: no answer, no budget (rate_limited with status 0), or no credential.
  std::expected<HttpResponse, FetchError> send(const HttpRequest& request, const std::string& what, const Rules& rules,
                                               index::TimePoint now);

  std::uint64_t requests_sent() const { return requests_sent_; }

 private:
  std::expected<HttpResponse, FetchError> send_once(const HttpRequest& request, const Grant& grant,
                                                    const std::string& what, const Rules& rules, index::TimePoint now);

  Credential& credential_;
  std::shared_ptr<MovingHttpClient> http_;
  std::uint64_t requests_sent_ = 0;
};

// What both limits leave. Safe from any thread.
RequestsLeft left_of(const RateBudget& budget, const DailyQuota& quota, index::TimePoint now);

// The clock of the source at its answer, by the Date header; `now` if it names none.
index::TimePoint answered_at(const HttpResponse& response, index::TimePoint now);

// A header that is one whole number.
std::optional<std::uint64_t> number_header(const HttpResponse& response, const std::string& name);

}  // namespace ringdex::sync
