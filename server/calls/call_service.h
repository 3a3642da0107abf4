#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <optional>

#include "server/calls/call_book.h"
#include "server/calls/call_error.h"
#include "server/calls/call_lookup.h"
#include "server/calls/call_updates.h"
#include "server/calls/ring_request.h"
#include "server/lookup/live_lookups.h"
#include "server/lookup/local_records.h"
#include "server/metrics/metrics.h"
#include "server/system/clock.h"

namespace ringdex::server {

// Rings and outgoing calls (design section 5). A ring waits for a CRM or for the index's writer only within its
// deadline; what comes later is told as a change of the call. Any thread that may wait may call.
class CallService {
 public:
  // So many rings wait at a time for a caller's record to be made; the next one is answered at once.
  static constexpr std::size_t kCreatingMax = 16;
  static constexpr std::size_t kAgentsMax = 256;  // of one call

  CallService(CallLookup lookup, const LookupService& lookups, CallBook& book, LocalRecords& locals, LiveLookups& live,
              CallUpdates& updates, Metrics& metrics, Clock clock);

  // The call with its answer; that of a call id that is there already is the one that it got the first time.
  std::expected<index::Call, CallError> ring(const RingRequest& request);

 private:
  using Answer = std::expected<LookupAnswer, LookupError>;
  struct Asked;  // what a ring asks for, and whom
  std::expected<index::Call, CallError> again(const RingRequest& request, const index::Call& call);
  bool is_taken(const RingRequest& request, const index::Call& call) const;
  std::expected<void, CallError> find_about(const RingRequest& request, Asked& asked);
  void ask_live(const RingRequest& request, Asked& asked, Answer& answer);
  void create_caller(const RingRequest& request, Asked& asked, Answer& answer);
  index::Call call_of(const RingRequest& request, const LookupAnswer& answer,
                      const std::optional<index::Record>& about) const;
  void follow(const RingRequest& request, const Asked& asked);

  const CallLookup lookup_;
  const LookupService& lookups_;
  CallBook& book_;
  LocalRecords& locals_;
  LiveLookups& live_;
  CallUpdates& updates_;
  Metrics& metrics_;
  const Clock clock_;
  std::atomic<std::size_t> creating_{0};
};

}  // namespace ringdex::server
