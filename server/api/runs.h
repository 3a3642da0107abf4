#pragma once

#include <vector>

#include "index/ledger.h"
#include "server/http_router.h"

namespace ringdex::server {

// GET /v1/runs, /v1/runs/{id} and /v1/runs/{id}/rejects, for admins.
std::vector<HttpRoute> run_routes(const index::Ledger& ledger);

}  // namespace ringdex::server
