#pragma once

#include <vector>

#include "server/api/clock.h"
#include "server/http_router.h"
#include "server/local_records.h"

namespace ringdex::server {

// POST /v1/records makes a local record, PUT and DELETE /v1/records/{id} change one. A CRM's records are changed in the
// CRM.
std::vector<HttpRoute> local_record_routes(LocalRecords& locals, const index::Index& index, Clock clock);

}  // namespace ringdex::server
