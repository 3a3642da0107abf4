#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "server/doors/lookup_counts.h"
#include "server/lookup/caller_search.h"

namespace ringdex::server {

// A search for a caller as a door makes it: counted as that door's. A value, which is copied; what it is made of must
// outlive it. Any thread may call.
class DoorLookups {
 public:
  using Found = CallerSearch::Found;

  DoorLookups(const CallerSearch& search, const LookupCounts& counts, AskedBy asker)
      : search_(&search), counts_(&counts), asker_(asker) {}

  // From the mirror alone. `steps`, if given, receives what was done in plain words.
  Found answer(const LookupRequest& request, std::vector<std::string>* steps = nullptr) const;

  struct Begun {
    Found answer;                            // if it does not wait
    std::unique_ptr<WaitingSearch> waiting;  // for a thread that may wait, which is to finish() it; else nullptr
  };
  // The same, if the CRMs are not to be asked as well.
  Begun begin(const LookupRequest& request) const;
  // Waits for the CRMs, for at most `timeout`. The answer has views into `waiting`.
  Found finish(const WaitingSearch& waiting,
               std::chrono::milliseconds timeout = std::chrono::milliseconds::max()) const;

  const LookupService& service() const { return search_->service(); }
  index::TimePoint now() const { return search_->now(); }

 private:
  const CallerSearch* search_;
  const LookupCounts* counts_;
  AskedBy asker_;
};

}  // namespace ringdex::server
