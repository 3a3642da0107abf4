#pragma once

#include <chrono>
#include <vector>

#include "index/index.h"
#include "server/http/http_router.h"
#include "sync/mirror/sources.h"

namespace ringdex::server {

// GET /v1/records/{id}, also with .jcard and .vcf behind the id, POST /v1/records/{id}/resync. A forced resync that is
// not done within `deadline` answers `unreachable`, and is still carried out.
std::vector<HttpRoute> record_routes(const index::Index& index, sync::Sources& sources,
                                     std::chrono::milliseconds deadline);

}  // namespace ringdex::server
