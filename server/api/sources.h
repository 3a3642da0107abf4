#pragma once

#include <functional>
#include <string>
#include <vector>

#include "index/history/ledger.h"
#include "index/index.h"
#include "server/http/http_router.h"
#include "server/system/clock.h"
#include "server/system/time_zone.h"
#include "sync/mirror/sources.h"

namespace ringdex::server {

// For admins: GET /v1/sources and /v1/sources/{id}/today; POST /v1/sources/{id}/ sync, preview, pause, resume, disable,
// enable, purge, confirm. `zone` gives the account's, whose midnight begins the day.
std::vector<HttpRoute> source_routes(index::Index& index, const index::Ledger& ledger, sync::Sources& sources,
                                     Clock clock, std::function<TimeZone(const std::string& account)> zone);

}  // namespace ringdex::server
