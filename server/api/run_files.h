#pragma once

#include <vector>

#include "index/history/ledger.h"
#include "server/http/http_router.h"

namespace ringdex::server {

// In one file, some MB: more than a year of one source. The answer says where older ones are.
inline constexpr std::size_t kRunsPerFileMax = 20'000;

// GET /v1/runs.csv and /v1/runs/{id}/rejects.csv, for admins. `ledger` must outlive the routes.
std::vector<HttpRoute> run_file_routes(const index::Ledger& ledger, std::size_t runs_max = kRunsPerFileMax);

}  // namespace ringdex::server
