#pragma once

#include <string>

#include "index/index.h"
#include "sync/mirror/sources.h"

namespace ringdex::server {

// The records, the checkpoint age and the state of each source of the account, in the Prometheus text format.
std::string source_metrics(const sync::Sources& sources, const index::Index& index, const std::string& account,
                           index::TimePoint now);

}  // namespace ringdex::server
