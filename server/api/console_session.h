#pragma once

#include <vector>

#include "server/access/api_keys.h"
#include "server/access/console_sessions.h"
#include "server/http/http_router.h"
#include "server/http/public_url.h"

namespace ringdex::server {

// GET, POST and DELETE /console/session: who is signed in, signing in and out; POST /v1/sign-in-codes: a link with
// which an agent signs in once. All of these outlive the routes.
std::vector<HttpRoute> console_session_routes(ConsoleSessions& sessions, const ApiKeys& keys,
                                              const PublicUrl& public_url);

}  // namespace ringdex::server
