#pragma once

#include <vector>

#include "server/http/http_router.h"
#include "server/metrics/metrics.h"
#include "sync/mirror/sources.h"

namespace ringdex::server {

// POST /webhooks/{account}/{source}: open to the network, proved by its signature.
std::vector<HttpRoute> webhook_routes(sync::Sources& sources, Metrics& metrics);

}  // namespace ringdex::server
