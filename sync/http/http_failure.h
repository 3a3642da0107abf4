#pragma once

#include "index/records/record.h"
#include "sync/fetch_error.h"
#include "sync/http/http_client.h"

namespace ringdex::sync {

// The one table from an HTTP status and Retry-After to what the caller should do next. `what` names the request for
// people ("GET /api/v2/users/5"). `now` is needed for Retry-After in its HTTP-date form (RFC 9110, 10.2.3).
FetchError http_failure(const HttpResponse& response, const std::string& what, index::TimePoint now);
FetchError http_failure(const HttpFailure& failure, const std::string& what);

}  // namespace ringdex::sync
