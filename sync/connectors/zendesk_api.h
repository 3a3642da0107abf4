#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "sync/connectors/zendesk.h"
#include "sync/fetch_error.h"
#include "sync/http_client.h"

namespace ringdex::sync {

// Everything that has no place in a path or a query, percent-encoded.
std::string url_encoded(std::string_view text);

// One Zendesk as a connector instance talks to it: credential, budgets and limit headers are dealt with here. One
// thread.
class ZendeskApi {
 public:
  enum class Budget { exports, account };

  ZendeskApi(ZendeskShared shared, std::unique_ptr<HttpClient> http);

  // Any answer but 401, 403 and 429, which become errors: 401 after one refresh of the credential.
  std::expected<HttpResponse, FetchError> get(const std::string& target, Budget budget, TimePoint now);

  // The object of a 200 answer; nothing if Zendesk says that there is no such record.
  std::expected<std::optional<nlohmann::json>, FetchError> get_record(const std::string& target, TimePoint now,
                                                                      TimePoint* as_of = nullptr);

  std::uint64_t requests_sent() const { return requests_sent_; }

 private:
  std::expected<HttpResponse, FetchError> send(const std::string& target, const std::string& authorization,
                                               Budget budget, TimePoint now);
  void heed_limits(const HttpResponse& response, Budget budget, TimePoint now);

  ZendeskShared shared_;
  std::unique_ptr<HttpClient> http_;
  std::uint64_t requests_sent_ = 0;
};

// The JSON object in an answer, or malformed.
std::expected<nlohmann::json, FetchError> zendesk_object(const HttpResponse& response, const std::string& what);

// "GET /api/v2/users/5": the request without its query, for people.
std::string zendesk_what(const std::string& target);

}  // namespace ringdex::sync
