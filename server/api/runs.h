#pragma once

#include <expected>
#include <vector>

#include "index/ledger.h"
#include "server/http_router.h"

namespace ringdex::server {

// The run that the path's first parameter names, or what to answer instead.
std::expected<index::Run, HttpResponse> requested_run(const index::Ledger& ledger, const HttpRequest& request);

// GET /v1/runs, /v1/runs/{id} and /v1/runs/{id}/rejects, for admins.
std::vector<HttpRoute> run_routes(const index::Ledger& ledger);

}  // namespace ringdex::server
