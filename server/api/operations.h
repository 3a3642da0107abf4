#pragma once

#include <functional>
#include <vector>

#include "index/index.h"
#include "server/http/http_router.h"
#include "server/metrics/metrics.h"
#include "server/system/clock.h"

namespace ringdex::server {

// GET /healthz, /readyz, /metrics, /v1/version. `source_metrics` adds the lines of one account's sources to /metrics.
std::vector<HttpRoute> operation_routes(const index::Index& index, const Metrics& metrics,
                                        std::function<std::string(const std::string& account)> source_metrics);

}  // namespace ringdex::server
