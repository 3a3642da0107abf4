#pragma once

#include <string>

#include "index/index.h"
#include "sync/sync_scheduler.h"

namespace ringdex::server {

// Each source's records, checkpoint age and state, in the Prometheus text format.
std::string source_metrics(const sync::SyncScheduler& scheduler, const index::Index& index, index::TimePoint now);

}  // namespace ringdex::server
