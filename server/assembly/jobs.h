#pragma once

#include <vector>

#include "server/access/api_keys.h"
#include "server/assembly/lookups.h"
#include "server/assembly/storage.h"
#include "server/system/background_jobs.h"

namespace ringdex::server {

// All that is done beside the answers. What is given must outlive them.
std::vector<BackgroundJob> background_jobs(Storage& storage, Lookups& lookups, ApiKeys& keys,
                                           const telephony::NumberParser& parser, const Clock& clock);

// Those of them that store what was counted, and forget what is older than a year.
std::vector<BackgroundJob> usage_jobs(LookupUsage& usage, const Clock& clock);

}  // namespace ringdex::server
