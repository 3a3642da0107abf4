#pragma once

#include <vector>

#include "server/http/http_router.h"
#include "server/lookup/directory.h"

namespace ringdex::server {

// GET /v1/records?name=&limit=&behind=: people by the beginnings of words of their name or organization, as the
// Directory finds them. `directory` must outlive the routes.
std::vector<HttpRoute> record_search_routes(const Directory& directory);

}  // namespace ringdex::server
