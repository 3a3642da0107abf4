#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "index/call.h"
#include "server/live_lookups.h"
#include "server/lookup_answer.h"

namespace ringdex::server {

// Counters and latency histograms, written out in the Prometheus text format. Any thread may call.
class Metrics {
 public:
  // Measures from its making to its end.
  class Timer {
   public:
    Timer() : start_(std::chrono::steady_clock::now()) {}
    std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - start_; }

   private:
    std::chrono::steady_clock::time_point start_;
  };

  void lookup_answered(const LookupAnswer& answer, std::chrono::nanoseconds took);
  void lookup_failed() { ++lookup_failures_; }
  void http_answered(int status) { ++http_by_class_[static_cast<std::size_t>(status / 100 % 6)]; }
  void connection_opened() { ++connections_; }
  void connection_closed() { --connections_; }
  void connection_refused() { ++connections_refused_; }
  void webhook_accepted(std::uint64_t events) { webhook_events_ += events; }
  void webhook_refused() { ++webhooks_refused_; }
  void live_asked(LiveLookups::Outcome outcome) { ++live_[static_cast<std::size_t>(outcome)]; }
  void call_came(index::CallDirection direction) { ++calls_[static_cast<std::size_t>(direction)]; }
  void event_listener_came() { ++event_listeners_; }
  void event_listener_left() { --event_listeners_; }
  void event_listener_cut_off() { ++event_listeners_cut_off_; }
  void events_sent(std::uint64_t events) { events_sent_ += events; }
  std::uint64_t connections() const { return connections_; }

  std::string text() const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  static constexpr std::array<std::uint64_t, 12> kBucketsMicroseconds = {10,   25,   50,    100,   250,    500,
                                                                         1000, 2500, 10000, 50000, 200000, 1000000};

  std::array<Counter, 3> lookups_{};  // by Match
  Counter unmatchable_{};
  Counter lookup_failures_{};
  std::array<Counter, kBucketsMicroseconds.size() + 1> buckets_{};
  Counter lookup_nanoseconds_{};
  std::array<Counter, 6> http_by_class_{};
  Counter connections_{};
  Counter connections_refused_{};
  Counter webhook_events_{};
  Counter webhooks_refused_{};
  std::array<Counter, 4> live_{};   // by LiveLookups::Outcome
  std::array<Counter, 2> calls_{};  // by CallDirection
  Counter event_listeners_{};
  Counter event_listeners_cut_off_{};
  Counter events_sent_{};
};

}  // namespace ringdex::server
