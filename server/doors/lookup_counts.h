#pragma once

#include <chrono>

#include "server/lookup/caller_search.h"
#include "server/metrics/metrics.h"

namespace ringdex::server {

// What is kept of each lookup, by whichever way it came: the metrics, the account's usage, and a line of the log with
// the number masked. Any thread may call.
class LookupCounts {
 public:
  LookupCounts(Metrics& metrics, bool mask_numbers) : metrics_(metrics), mask_numbers_(mask_numbers) {}

  void count(AskedBy asker, const LookupRequest& request, const CallerSearch::Found& found,
             std::chrono::nanoseconds took) const;
  // One for which CRMs may have been asked.
  void count(AskedBy asker, const LookupRequest& request, const CallerSearch::Result& result,
             std::chrono::nanoseconds took) const;

 private:
  Metrics& metrics_;
  const bool mask_numbers_;
};

}  // namespace ringdex::server
