#include "server/doors/lookup_counts.h"

#include "config/logging/log.h"
#include "server/doors/lookup_usage.h"

namespace ringdex::server {

void LookupCounts::count(AskedBy asker, const LookupRequest& request, const CallerSearch::Found& found,
                         std::chrono::nanoseconds took) const {
  if (!found) {
    metrics_.lookup_failed();
    log::warn("lookup account={} failed: {}", request.account, found.error().message);
    return;
  }
  metrics_.lookup_answered(asker, *found, took);
  count_usage(*found, took);
  if (!log::shows(log::Level::debug)) return;
  const auto& parsed = found->number.parsed;
  const std::string number = !parsed ? "-" : (mask_numbers_ ? parsed->number.masked() : parsed->number.to_e164());
  log::debug("lookup by={} account={} number={} match={} total={}{}{}", to_string(asker), request.account, number,
             to_string(found->match), found->total, found->unmatchable ? " unmatchable=" : "",
             found->unmatchable ? to_string(*found->unmatchable) : "");
}

void LookupCounts::count(AskedBy asker, const LookupRequest& request, const CallerSearch::Result& result,
                         std::chrono::nanoseconds took) const {
  if (result.asked) metrics_.live_asked(*result.asked);
  count(asker, request, result.answer, took);
}

}  // namespace ringdex::server
