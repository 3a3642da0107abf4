#pragma once

#include <vector>

#include "index/history/inbox.h"
#include "server/http/http_router.h"
#include "sync/mirror/sources.h"

namespace ringdex::server {

// GET /v1/webhooks: the last webhook events and what each did.
std::vector<HttpRoute> webhook_event_routes(const index::Inbox& inbox, const sync::Sources& sources);

}  // namespace ringdex::server
