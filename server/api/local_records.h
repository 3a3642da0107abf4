#pragma once

#include <vector>

#include "server/calls/call_updates.h"
#include "server/http/http_router.h"
#include "server/lookup/local_records.h"
#include "server/system/clock.h"

namespace ringdex::server {

// POST /v1/records makes a local record, PUT and DELETE /v1/records/{id} change one. A CRM's records are changed in the
// CRM. Calls that are still on are told.
std::vector<HttpRoute> local_record_routes(LocalRecords& locals, CallUpdates& calls, const index::Index& index,
                                           Clock clock);

}  // namespace ringdex::server
