#pragma once

#include <vector>

#include "server/api/clock.h"
#include "server/http_router.h"
#include "server/live_lookups.h"
#include "server/lookup_service.h"
#include "server/metrics.h"

namespace ringdex::server {

// GET and POST /v1/lookup, GET /v1/explain. Each answer is logged at level debug, the number masked to its last four
// digits unless told otherwise. `live` asks the CRMs about numbers that the mirror does not know, in accounts that want
// it; nullptr: nobody is asked.
std::vector<HttpRoute> lookup_routes(const LookupService& service, Metrics& metrics, Clock clock, bool mask_numbers,
                                     LiveLookups* live);

}  // namespace ringdex::server
