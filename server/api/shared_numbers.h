#pragma once

#include <vector>

#include "index/index.h"
#include "server/http/http_router.h"
#include "server/lookup/lookup_service.h"

namespace ringdex::server {

// GET /v1/shared-numbers?least=&limit=&behind=, for admins: numbers of several records of configured sources, each
// request one bounded step. What is given must outlive the routes.
std::vector<HttpRoute> shared_number_routes(const index::Index& index, const LookupService& lookups);

}  // namespace ringdex::server
