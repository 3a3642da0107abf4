#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sync/connectors/zendesk/zendesk.h"
#include "sync/fetch_error.h"
#include "sync/http/crm_api.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

// One Zendesk as a connector instance talks to it: credential, budgets and limit headers are dealt with here. One
// thread.
class ZendeskApi {
 public:
  enum class Budget { exports, account };

  ZendeskApi(ZendeskShared shared, std::shared_ptr<MovingHttpClient> http);

  // Any answer but 401, 403 and 429, which become errors: 401 after one refresh of the credential.
  std::expected<HttpResponse, FetchError> get(const std::string& target, Budget budget, TimePoint now);

  // The object of a 200 answer; nullopt if Zendesk says that there is no such record.
  std::expected<std::optional<text::JsonDocument>, FetchError> get_record(const std::string& target, TimePoint now,
                                                                          TimePoint* as_of = nullptr);

  std::uint64_t requests_sent() const { return api_.requests_sent(); }
  // Of the export, which is what a sync waits for. Safe from any thread.
  RequestsLeft requests_left(TimePoint now) const { return {.this_minute = shared_.export_budget.available(now)}; }

 private:
  void observe_limits(const HttpResponse& response, Budget budget, TimePoint now);

  ZendeskShared shared_;
  CrmApi api_;
};

// The JSON object in an answer, or malformed.
std::expected<text::JsonDocument, FetchError> zendesk_object(const HttpResponse& response, const std::string& what);

// "GET /api/v2/users/5": the request without its query, for people.
std::string zendesk_what(const std::string& target);

}  // namespace ringdex::sync
