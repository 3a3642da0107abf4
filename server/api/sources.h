#pragma once

#include <vector>

#include "index/index.h"
#include "index/ledger.h"
#include "server/http_router.h"
#include "sync/sync_scheduler.h"

namespace ringdex::server {

// GET /v1/sources, POST /v1/sources/{id}/sync, POST /v1/sources/{id}/confirm, GET /v1/runs, GET /v1/runs/{id}/rejects.
std::vector<HttpRoute> source_routes(const index::Index& index, const index::Ledger& ledger,
                                     sync::SyncScheduler& scheduler);

}  // namespace ringdex::server
