#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

#include "bench/load/latency_histogram.h"
#include "bench/people.h"
#include "bench/ring_ledger.h"

namespace ringdex::bench {

struct RingOptions {
  std::string host;  // an IPv4 address
  std::uint16_t port;
  std::size_t agents;                // each with a listener of its own
  std::size_t account_listeners;     // of all calls
  std::size_t connections;           // that ring
  std::uint64_t rate;                // rings a second; 0: the listeners only listen
  std::chrono::nanoseconds warm_up;  // before the measurement; its rings are checked, but their latencies not counted
  std::chrono::nanoseconds duration;
  std::uint64_t people;
  std::uint64_t unknown_percent;
  std::uint64_t draw;  // another one rings with other numbers and call ids
  bool creates;        // the server makes records of unknown callers, so that they may be found
};

struct RingResult {
  LatencyHistogram answer;         // from when a ring should have been sent
  LatencyHistogram event;          // the same, to its agent's listener
  LatencyHistogram account_event;  // the same, to the listeners of all calls
  LatencyHistogram lateness;       // how late the client itself sent although a connection was free
  std::uint64_t answers = 0;       // of rings that count
  std::uint64_t events = 0;        // about all rings
  std::uint64_t errors = 0;        // connections that broke and answers that are not good
  std::uint64_t wrong = 0;         // answers that do not fit the number
  std::uint64_t unanswered = 0;
  RingFaults faults;
  double seconds = 0;
};

// Opens the listeners, says "listening" on stderr once the server answered them all, then rings as an open loop and
// checks each listener's events. One thread. The error says why the rings could not be made.
std::expected<RingResult, std::string> run_rings(const RingOptions& options, const People& people);

}  // namespace ringdex::bench
