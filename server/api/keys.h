#pragma once

#include <vector>

#include "server/api/clock.h"
#include "server/api_keys.h"
#include "server/http_router.h"

namespace ringdex::server {

// GET and POST /v1/keys, DELETE /v1/keys/{id}, for admins: the keys of their own account. `keys` must outlive the
// routes.
std::vector<HttpRoute> key_routes(ApiKeys& keys, Clock clock);

}  // namespace ringdex::server
