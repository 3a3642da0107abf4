#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "sync/connectors/pipedrive/pipedrive.h"
#include "sync/fetch_error.h"
#include "sync/http/crm_api.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

// One page of a list, by API v2 (a cursor) or v1 (an offset).
struct PipedriveList {
  text::JsonDocument answer;                // that the rows point into
  text::JsonView rows;                      // a list
  std::string next_cursor;                  // v2; empty: the last page
  bool more = false;                        // v1
  bool has_paging = false;                  // the answer says whether there is more
  std::optional<std::uint64_t> next_start;  // v1
  std::optional<TimePoint> answered_at;     // the source's clock, where it tells
};

// One Pipedrive as a connector instance talks to it: credential, budgets, the shape of its answers. One thread.
class PipedriveApi {
 public:
  PipedriveApi(PipedriveShared shared, std::shared_ptr<MovingHttpClient> http);

  // An error's http_status tells a cursor or parameter that was refused (400).
  std::expected<PipedriveList, FetchError> get_list(const std::string& target, TimePoint now);

  // An answer whose `data` is an object; nullopt if Pipedrive says that there is no such thing.
  std::expected<std::optional<text::JsonDocument>, FetchError> get_record(const std::string& target, TimePoint now,
                                                                          TimePoint* as_of = nullptr);

  // Where the company's pages are, by the token that is in use; empty if it does not tell.
  std::string company_url(TimePoint now);
  std::uint64_t requests_sent() const { return api_.requests_sent(); }

 private:
  std::expected<HttpResponse, FetchError> get(const std::string& target, TimePoint now);
  void observe_limits(const HttpResponse& response, TimePoint now);

  PipedriveShared shared_;
  CrmApi api_;
};

// "GET /api/v2/persons": the request without its query, for people.
std::string pipedrive_what(const std::string& target);
// An answer with status 200 that is not what it should be.
FetchError pipedrive_malformed(const std::string& target, const std::string& why);

}  // namespace ringdex::sync
