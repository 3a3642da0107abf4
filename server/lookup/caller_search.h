#pragma once

#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/lookup/live_lookups.h"
#include "server/lookup/local_records.h"
#include "server/lookup/lookup_service.h"
#include "server/lookup/wait_permits.h"
#include "server/system/clock.h"

namespace ringdex::server {

// A search that is to wait for the CRMs: all that it was asked with, until a thread that may wait finishes it.
class WaitingSearch {
 public:
  WaitingSearch(const LookupRequest& request, WaitPermit permit);

  // Views into this.
  LookupRequest request() const;

 private:
  const std::string account_, number_, region_, called_, agent_;
  const telephony::Plan plan_;
  const WaitPermit permit_;
};

// Looks for a caller, for every door and every call:
//
//   the mirror -> nobody? -> the account's CRMs, while it rings -> nobody? -> a local record, if the account makes them
//
// The first step never waits, the others do, within limits. What they could not wait for is told with the answer, and
// may change it later. Counts nothing; doors/lookup_counts.h does. Any thread may call.
class CallerSearch {
 public:
  using Found = std::expected<LookupAnswer, LookupError>;
  using Milliseconds = std::chrono::milliseconds;

  // So many rings wait at a time for a caller's record to be made; the next one is answered at once.
  static constexpr std::size_t kCreatingMax = 16;

  // `live` may be nullptr if no CRM is ever asked, `locals` if no record is made.
  CallerSearch(const LookupService& service, Clock clock, LiveLookups* live, LocalRecords* locals)
      : service_(service), clock_(std::move(clock)), live_(live), locals_(locals) {}

  // What the mirror knows. `steps`, if given, receives what was done in plain words.
  Found look(const LookupRequest& request, std::vector<std::string>* steps = nullptr) const {
    return service_.lookup(request, clock_(), steps);
  }
  // For going on after look(): nullopt if its answer stands, since nobody is to be asked or too many wait.
  std::optional<WaitPermit> permit_to_ask(const LookupRequest& request, const Found& found) const;
  // For waiting for a CRM for another reason.
  std::optional<WaitPermit> permit_to_wait() const;

  // What is not found out yet.
  struct Open {
    std::shared_ptr<Inquiry> crms;  // asked, and not all have answered; nullptr if nobody is
    bool to_create = false;         // the caller's record could not be waited for
  };
  struct Result {
    Found answer;                               // the answer now
    std::optional<LiveLookups::Outcome> asked;  // what the CRMs said in time; nullopt if they were not asked
    Open open = {};                             // what may still change it
  };
  struct Limits {
    Milliseconds timeout = Milliseconds::max();  // for the CRMs, where the account does not set less
    Milliseconds spent = Milliseconds(0);        // of the account's time, before this
    bool creates = false;                        // whether the caller may get a record
  };
  // All steps, on a thread that may wait.
  Result run(const LookupRequest& request, const Limits& limits) const;
  // The same with a permit that was taken before; the answer has views into `waiting`.
  Result finish(const WaitingSearch& waiting, Milliseconds timeout) const;
  // The record that could not be waited for, if the number is still nobody's. Waits for as long as it takes.
  std::expected<void, LocalError> create_late(const LookupRequest& request) const;

  const LookupService& service() const { return service_; }
  index::TimePoint now() const { return clock_(); }

 private:
  bool asks_crms(const LookupRequest& request, const Found& found) const;
  // Of an unknown caller; lets the answer go.
  void ask(const LookupRequest& request, const Limits& limits, Result& result) const;
  void create(const LookupRequest& request, Result& result) const;
  std::expected<void, LocalError> create(const LookupRequest& request, Found& found,
                                         std::optional<Milliseconds> timeout) const;

  const LookupService& service_;
  const Clock clock_;
  LiveLookups* const live_;
  LocalRecords* const locals_;
  mutable WaitPermits creating_{kCreatingMax};
};

// A number that could be somebody's, and is nobody's here.
bool is_unknown(const CallerSearch::Found& found);
// In canonical form; nullopt if what was asked is no number.
std::optional<telephony::PhoneNumber> canonical_number(const LookupAnswer& answer);

}  // namespace ringdex::server
