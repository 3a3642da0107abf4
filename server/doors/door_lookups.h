#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "server/lookup/live_lookups.h"
#include "server/lookup/lookup_service.h"
#include "server/metrics/metrics.h"
#include "server/system/clock.h"

namespace ringdex::server {

// A lookup as every door makes it: counted, logged with masked numbers, and, where the account wants it, with the CRMs
// asked about a number that the mirror does not know. Any thread may call.
class DoorLookups {
 public:
  using Found = std::expected<LookupAnswer, LookupError>;

  // `live` may be nothing: then nobody is asked.
  DoorLookups(const LookupService& service, Metrics& metrics, Clock clock, bool mask_numbers, LiveLookups* live,
              AskedBy asker = AskedBy::api)
      : service_(service),
        metrics_(metrics),
        clock_(std::move(clock)),
        mask_numbers_(mask_numbers),
        live_(live),
        asker_(asker) {}
  // The same for another door.
  DoorLookups for_asker(AskedBy asker) const { return {service_, metrics_, clock_, mask_numbers_, live_, asker}; }

  // From the mirror alone. `steps`, if given, receives what was done in plain words.
  Found answer(const LookupRequest& request, std::vector<std::string>* steps = nullptr) const;
  // The same, and if the mirror knows nobody, after the CRMs were asked, for at most `patience`. Nothing: it would have
  // to wait, which this thread may not; a place among those that wait is taken, and the caller runs finish_live() on a
  // thread that may.
  std::optional<Found> answer_or_wait(const LookupRequest& request) const;
  Found finish_live(const LookupRequest& request,
                    std::chrono::milliseconds patience = std::chrono::milliseconds::max()) const;

  const LookupService& service() const { return service_; }
  index::TimePoint now() const { return clock_(); }

 private:
  bool is_for_live(const LookupRequest& request, const LookupAnswer& answer) const;
  void count(const LookupRequest& request, const Found& found, const Metrics::Timer& timer) const;

  const LookupService& service_;
  Metrics& metrics_;
  const Clock clock_;
  const bool mask_numbers_;
  LiveLookups* const live_;
  const AskedBy asker_;
};

}  // namespace ringdex::server
