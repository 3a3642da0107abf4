#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <string>

#include "server/access/door_access.h"
#include "server/doors/door_lookups.h"
#include "server/fastagi/agi_answer.h"
#include "server/metrics/metrics.h"
#include "server/net/door_server.h"

namespace ringdex::server {

struct FastAgiOptions {
  DoorServerOptions listen;            // without TLS, which Asterisk does not speak here
  std::chrono::milliseconds deadline;  // for a whole call, from its connection: Asterisk itself sets no limit
  AgiAnswerOptions answer;
  bool names_restricted;
  telephony::Plan plan;      // where the script names none
  unsigned waiting_threads;  // for lookups that wait for a CRM
};

// Answers Asterisk's FastAGI (telephony/formats/agi_message.h): one connection a call.
class FastAgiDoor {
 public:
  // What is given by reference must outlive it.
  FastAgiDoor(FastAgiOptions options, const DoorLookups& lookups, DoorAccess access, DoorMetrics& metrics);
  ~FastAgiDoor();

  std::expected<void, std::string> start() { return server_.start(); }
  std::uint16_t port() const { return server_.port(); }
  void begin_stop();
  void stop(std::chrono::milliseconds deadline);

 private:
  struct Shared {
    const FastAgiOptions options;
    const DoorLookups lookups;
    const DoorAccess access;
    DoorMetrics& metrics;
    boost::asio::thread_pool& waiting;
  };
  class Session;

  boost::asio::thread_pool waiting_;
  Shared shared_;
  DoorServer server_;
};

}  // namespace ringdex::server
