#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/load/latency_histogram.h"

namespace ringdex::bench {

// What must not happen to events, and how often it did.
struct RingFaults {
  std::uint64_t disordered = 0;  // an id that is not above the one before
  std::uint64_t misplaced = 0;   // of another agent's call
  std::uint64_t repeated = 0;    // a ring that this listener was told of already
  std::uint64_t strange = 0;     // a reset, no id, or a ring that nobody made
  std::uint64_t lost = 0;        // a ring that was answered and not told

  std::uint64_t total() const { return disordered + misplaced + repeated + strange + lost; }
  bool operator==(const RingFaults&) const = default;
};

// Which rings were made and which listener was told of them: each ring must come once to its agent's listener, once to
// each listener of the whole account, and to nobody else; each listener's events in order. One thread.
class RingLedger {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // Listener i < agents hears agent i; the `account_listeners` behind them hear all. No ring id of this ledger begins
  // like one of another with another prefix.
  RingLedger(std::string prefix, std::size_t agents, std::size_t account_listeners, std::size_t rings_expected);

  std::size_t listeners() const { return last_ids_.size(); }

  // A ring that counts from `due`; its number. `counted`: its latency is recorded.
  std::size_t begin(std::size_t agent, Time due, bool counted);
  // The call id is the prefix with the ring's number behind it.
  const std::string& prefix() const { return prefix_; }
  // Its request failed: whether anybody is told of it is unknown.
  void forget(std::size_t ring);

  // An event as a listener received it; `data` is the call's JSON.
  void hear(std::size_t listener, std::string_view id, std::string_view type, std::string_view data, Time now);

  // Tellings that are still to come.
  std::uint64_t outstanding() const { return outstanding_; }
  // The faults so far, with all that is outstanding lost.
  RingFaults close() const;

  std::uint64_t heard() const { return heard_; }  // events about rings
  const LatencyHistogram& latency() const { return latency_; }
  const LatencyHistogram& account_latency() const { return account_latency_; }  // to the listeners of all

 private:
  struct Ring {
    std::size_t agent;
    Time due;
    bool counted;
    bool told = false;
    bool forgotten = false;
  };
  bool number_of(std::string_view data, std::size_t& number) const;
  void hear_ring(std::size_t listener, std::size_t number, Time now);

  const std::string prefix_;
  const std::string mark_;  // before a ring's number in an event
  const std::size_t agents_;
  std::vector<Ring> rings_;
  std::vector<std::uint64_t> last_ids_;             // by listener
  std::vector<std::vector<bool>> told_of_account_;  // by listener of the account, then by ring
  std::uint64_t outstanding_ = 0;
  std::uint64_t heard_ = 0;
  RingFaults faults_;
  LatencyHistogram latency_, account_latency_;
};

}  // namespace ringdex::bench
