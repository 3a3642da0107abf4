#pragma once

#include <vector>

#include "server/doors/lookup_usage.h"
#include "server/http/http_router.h"
#include "server/system/clock.h"

namespace ringdex::server {

// GET /v1/usage?range=day|week|month|year, for admins: what the account's lookups came to, point by point up to now.
// Points are whole periods in UTC. `usage` must outlive the routes.
std::vector<HttpRoute> usage_routes(const LookupUsage& usage, Clock clock);

}  // namespace ringdex::server
