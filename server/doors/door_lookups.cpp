#include "server/doors/door_lookups.h"

#include <algorithm>

#include "config/logging/log.h"
#include "server/doors/lookup_usage.h"
#include "telephony/number/number_variants.h"

namespace ringdex::server {

DoorLookups::Found DoorLookups::answer(const LookupRequest& request, std::vector<std::string>* steps) const {
  const Metrics::Timer timer;
  auto found = service_.lookup(request, clock_(), steps);
  count(request, found, timer);
  return found;
}

std::optional<DoorLookups::Found> DoorLookups::answer_or_wait(const LookupRequest& request) const {
  const Metrics::Timer timer;
  std::optional<Found> found(service_.lookup(request, clock_()));
  if (*found && is_for_live(request, **found) && live_->take_place()) return std::nullopt;
  count(request, *found, timer);
  return found;
}

DoorLookups::Found DoorLookups::finish_live(const LookupRequest& request, std::chrono::milliseconds patience) const {
  const Metrics::Timer timer;
  const LiveLookups::Place place(live_);
  auto found = service_.lookup(request, clock_());
  if (found && is_for_live(request, *found)) {
    const auto number = telephony::canonical(found->number.parsed->number);
    const auto deadline = std::min(*found->account->live_deadline, patience);
    // A view that is held keeps old versions in memory.
    found = std::unexpected(LookupError{});
    const auto inquiry = live_->begin(std::string(request.account), number);
    metrics_.live_asked(LiveLookups::wait(inquiry.get(), deadline));
    found = service_.lookup(request, clock_());
  }
  count(request, found, timer);
  return found;
}

// A number that the mirror does not know and that the CRMs may be asked for.
bool DoorLookups::is_for_live(const LookupRequest& request, const LookupAnswer& answer) const {
  return answer.match == Match::none && !answer.unmatchable && answer.number.parsed && answer.account->live_deadline &&
         live_ != nullptr && live_->serves(request.account);
}

void DoorLookups::count(const LookupRequest& request, const Found& found, const Metrics::Timer& timer) const {
  if (!found) {
    metrics_.lookup_failed();
    log::warn("lookup account={} failed: {}", request.account, found.error().message);
    return;
  }
  const auto took = timer.elapsed();
  metrics_.lookup_answered(asker_, *found, took);
  count_usage(*found, took);
  if (!log::shows(log::Level::debug)) return;
  const auto& parsed = found->number.parsed;
  const std::string number = !parsed ? "-" : (mask_numbers_ ? parsed->number.masked() : parsed->number.to_e164());
  log::debug("lookup by={} account={} number={} match={} total={}{}{}", to_string(asker_), request.account, number,
             to_string(found->match), found->total, found->unmatchable ? " unmatchable=" : "",
             found->unmatchable ? to_string(*found->unmatchable) : "");
}

}  // namespace ringdex::server
