#pragma once

#include <vector>

#include "server/calls/call_actions.h"
#include "server/calls/call_service.h"
#include "server/http/http_router.h"
#include "server/system/clock.h"

namespace ringdex::server {

// POST /v1/calls and what becomes of a call: answer, pick, end; GET /v1/calls, /v1/calls/{id}.
std::vector<HttpRoute> call_routes(CallService& service, CallActions& actions, const index::Journal& journal,
                                   const index::Index& index, const LookupService& lookups);

}  // namespace ringdex::server
