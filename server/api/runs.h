#pragma once

#include <expected>
#include <vector>

#include "index/history/ledger.h"
#include "server/http/http_router.h"

namespace ringdex::server {

// Of which source, and behind which run, a list is asked for; false if `behind` is no run.
bool read_place(const HttpRequest& request, index::RunQuery& query);
// The run that the path's first parameter names, or what to answer instead.
std::expected<index::Run, HttpResponse> requested_run(const index::Ledger& ledger, const HttpRequest& request);

// GET /v1/runs, /v1/runs/{id} and /v1/runs/{id}/rejects, for admins.
std::vector<HttpRoute> run_routes(const index::Ledger& ledger);

}  // namespace ringdex::server
