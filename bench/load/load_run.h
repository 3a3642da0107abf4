#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

#include "bench/load/latency_histogram.h"
#include "bench/load/load_protocol.h"
#include "bench/people.h"

namespace ringdex::bench {

struct LoadOptions {
  std::string host;  // an IPv4 address
  std::uint16_t port;
  std::size_t connections;
  std::uint64_t rate;  // requests a second in all; 0: each connection sends the next one as soon as the answer came
  std::chrono::nanoseconds warm_up;  // before the measurement; what starts in it is not counted
  std::chrono::nanoseconds duration;
  std::uint64_t people;
  std::uint64_t unknown_percent;
  std::uint64_t draw;  // another one asks for other numbers
  bool check;          // whether each answer must say rightly if the number is known
};

struct LoadResult {
  LatencyHistogram latency;
  // How late the client itself sent although a connection was free: what the machine adds. Open loop only.
  LatencyHistogram lateness;
  std::uint64_t answers = 0;
  std::uint64_t errors = 0;      // connections that broke and answers that are not good
  std::uint64_t wrong = 0;       // good answers that do not fit the number
  std::uint64_t unanswered = 0;  // in time; they count in `latency` with the time waited
  std::uint64_t body_bytes = 0;
  double seconds = 0;
};

// Asks random numbers of `people`. With a rate it is an open loop: a request counts from the time at which it should
// have been sent, whether or not a connection was free then, so that a stall of the server counts for all that it
// held up ("coordinated omission"). One thread, no allocation once the connections stand. The error says why the load
// could not be made.
std::expected<LoadResult, std::string> run_load(const LoadOptions& options, const LoadProtocol& protocol,
                                                const People& people);

}  // namespace ringdex::bench
