#pragma once

#include <vector>

#include "server/http/http_router.h"

namespace ringdex::server {

// GET /agent, /admin and what these pages load, /console/...: out of the binary, open to whoever reaches the server,
// since there is nothing in them; what they show comes from the API. "/" leads to /agent.
std::vector<HttpRoute> console_page_routes();

}  // namespace ringdex::server
