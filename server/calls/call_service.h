#pragma once

#include <cstddef>
#include <expected>

#include "server/calls/about_records.h"
#include "server/calls/call_book.h"
#include "server/calls/call_error.h"
#include "server/calls/call_updates.h"
#include "server/calls/ring_request.h"
#include "server/doors/lookup_counts.h"
#include "server/lookup/caller_search.h"
#include "server/metrics/metrics.h"

namespace ringdex::server {

// Rings and outgoing calls. A ring waits for a CRM or for the index's writer only within its
// deadline; what comes later is told as a change of the call. Any thread that may wait may call.
class CallService {
 public:
  static constexpr std::size_t kAgentsMax = 256;  // of one call

  CallService(const CallerSearch& search, const LookupCounts& counts, AboutRecords& about, CallBook& book,
              CallUpdates& updates, Metrics& metrics)
      : search_(search), counts_(counts), about_(about), book_(book), updates_(updates), metrics_(metrics) {}

  // The call with its answer; that of a call id that is there already is the one that it got the first time.
  std::expected<index::Call, CallError> ring(const RingRequest& request);

 private:
  struct About;  // who was clicked, as far as he is known
  std::expected<index::Call, CallError> again(const RingRequest& request, const index::Call& call);
  bool is_taken(const RingRequest& request, const index::Call& call) const;
  std::expected<About, CallError> find_about(const RingRequest& request) const;
  index::Call call_of(const RingRequest& request, const LookupAnswer& answer, const About& about) const;

  const CallerSearch& search_;
  const LookupCounts& counts_;
  AboutRecords& about_;
  CallBook& book_;
  CallUpdates& updates_;
  Metrics& metrics_;
};

}  // namespace ringdex::server
