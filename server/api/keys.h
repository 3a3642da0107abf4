#pragma once

#include <vector>

#include "server/access/api_keys.h"
#include "server/http/http_router.h"
#include "server/system/clock.h"

namespace ringdex::server {

// GET and POST /v1/keys, DELETE /v1/keys/{id}, for admins: the keys of their own account. `keys` must outlive the
// routes.
std::vector<HttpRoute> key_routes(ApiKeys& keys, Clock clock);

}  // namespace ringdex::server
