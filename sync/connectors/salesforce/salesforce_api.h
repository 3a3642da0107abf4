#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>

#include "sync/connectors/salesforce/salesforce.h"
#include "sync/fetch_error.h"
#include "sync/http/crm_api.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

// What to do next, and Salesforce's own word for what went wrong ("INVALID_FIELD"; empty if it gave none).
struct SalesforceError {
  FetchError error;
  std::string code;
};

// One Salesforce org as a connector instance talks to it: credential, quota, limits and errors are dealt with here. One
// thread.
class SalesforceApi {
 public:
  struct Answer {
    text::JsonDocument body;
    TimePoint as_of{};  // the clock of Salesforce
  };

  SalesforceApi(SalesforceShared shared, std::shared_ptr<MovingHttpClient> http);

  // The JSON of a 200 answer; a session that has ended is renewed once before.
  std::expected<Answer, SalesforceError> get(const std::string& target, TimePoint now);

  std::uint64_t requests_sent() const { return api_.requests_sent(); }

 private:
  std::optional<std::chrono::milliseconds> permit(TimePoint now);
  void observe_limits(const HttpResponse& response, TimePoint now);

  SalesforceShared shared_;
  CrmApi api_;
};

// The code and the message in the body of an error: a list of {errorCode, message}, or an OAuth object. Pure.
std::string salesforce_error_code(const HttpResponse& response);

// The pair of numbers in "Sforce-Limit-Info: api-usage=10018/100000; ...", wherever it stands in it. Pure.
// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_api_usage.htm
struct SalesforceUsage {
  std::uint64_t used = 0;
  std::uint64_t limit = 0;
  bool operator==(const SalesforceUsage&) const = default;
};
std::optional<SalesforceUsage> read_salesforce_usage(const std::string& header);

}  // namespace ringdex::sync
