#pragma once

#include <vector>

#include "server/assembly/access.h"
#include "server/assembly/call_parts.h"
#include "server/assembly/lookups.h"
#include "server/assembly/mirror.h"
#include "server/assembly/storage.h"
#include "server/http/http_router.h"
#include "server/http/own_address.h"

namespace ringdex::server {

// What the doors ask.
struct Asked {
  Storage& storage;
  Mirror& mirror;
  Lookups& lookups;
  Calls& calls;
  Access& access;  // loaded
  Metrics& metrics;
};

// All that is served over HTTP. What is given must outlive it.
std::vector<HttpRoute> all_routes(const Asked& asked, const OwnAddress& own_address, const Clock& clock);

}  // namespace ringdex::server
