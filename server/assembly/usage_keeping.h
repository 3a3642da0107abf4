#pragma once

#include <stop_token>
#include <thread>

#include "server/doors/lookup_usage.h"
#include "server/system/clock.h"

namespace ringdex::server {

// The thread that stores what was counted, at whole minutes, so that a period ends with its last lookup, and forgets
// what is older than a year. Started and stopped by one thread.
class UsageKeeping {
 public:
  UsageKeeping(LookupUsage& usage, Clock clock) : usage_(usage), clock_(std::move(clock)) {}
  ~UsageKeeping() { stop(); }

  void start();
  // When no lookup comes any more; the last ones are stored then. More than once does no harm.
  void stop();

 private:
  void run(const std::stop_token& stopping);
  void store();
  void forget();

  LookupUsage& usage_;
  const Clock clock_;
  std::jthread thread_;
};

}  // namespace ringdex::server
