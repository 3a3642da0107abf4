#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "index/calls/call.h"
#include "server/lookup/live_lookups.h"
#include "server/lookup/lookup_answer.h"
#include "telephony/text/enum_names.h"

namespace ringdex::server {

// What listens on an address of its own.
enum class Door { http, fastagi, ldap };
inline constexpr auto kDoorNames =
    text::enum_names<Door>({{Door::http, "http"}, {Door::fastagi, "fastagi"}, {Door::ldap, "ldap"}});
inline constexpr std::size_t kDoors = kDoorNames.size();
constexpr std::string_view to_string(Door value) {
  return kDoorNames.name_of(value);
}

// How a request at a door of its own protocol ended.
enum class DoorOutcome { answered, refused, malformed, late };
inline constexpr auto kDoorOutcomeNames = text::enum_names<DoorOutcome>({{DoorOutcome::answered, "answered"},
                                                                         {DoorOutcome::refused, "refused"},
                                                                         {DoorOutcome::malformed, "malformed"},
                                                                         {DoorOutcome::late, "late"}});
inline constexpr std::size_t kDoorOutcomes = kDoorOutcomeNames.size();
constexpr std::string_view to_string(DoorOutcome value) {
  return kDoorOutcomeNames.name_of(value);
}

// The connections of one door. Any thread may call.
class DoorMetrics {
 public:
  void ended(DoorOutcome outcome) { ++requests_[static_cast<std::size_t>(outcome)]; }
  std::uint64_t requests(DoorOutcome outcome) const { return requests_[static_cast<std::size_t>(outcome)]; }
  void connection_opened() { ++connections_; }
  void connection_closed() { --connections_; }
  void connection_refused() { ++refused_; }
  std::uint64_t connections() const { return connections_; }
  std::uint64_t refused() const { return refused_; }

 private:
  std::atomic<std::uint64_t> connections_{};
  std::atomic<std::uint64_t> refused_{};
  std::array<std::atomic<std::uint64_t>, kDoorOutcomes> requests_{};
};

// One of a door's connections, for as long as it is counted.
class CountedConnection {
 public:
  explicit CountedConnection(DoorMetrics& door) : door_(&door) { door.connection_opened(); }
  CountedConnection(CountedConnection&& other) noexcept : door_(std::exchange(other.door_, nullptr)) {}
  CountedConnection& operator=(CountedConnection&&) = delete;
  ~CountedConnection() {
    if (door_ != nullptr) door_->connection_closed();
  }

 private:
  DoorMetrics* door_;  // nullptr if counted by another one by now
};

// By which way a lookup came.
enum class Client { api, call, text, template_3cx, phone_book, fastagi, ldap };
inline constexpr auto kAskedByNames = text::enum_names<Client>({{Client::api, "api"},
                                                                {Client::call, "call"},
                                                                {Client::text, "text"},
                                                                {Client::template_3cx, "3cx"},
                                                                {Client::phone_book, "phone_book"},
                                                                {Client::fastagi, "fastagi"},
                                                                {Client::ldap, "ldap"}});
inline constexpr std::size_t kAskers = kAskedByNames.size();
constexpr std::string_view to_string(Client value) {
  return kAskedByNames.name_of(value);
}

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

  void lookup_answered(Client asker, const LookupAnswer& answer, std::chrono::nanoseconds took);
  void lookup_failed() { ++lookup_failures_; }
  void http_answered(int status) { ++http_by_class_[static_cast<std::size_t>(status / 100 % 6)]; }
  void webhook_accepted(std::uint64_t events) { webhook_events_ += events; }
  void webhook_refused() { ++webhooks_refused_; }
  void live_asked(LiveLookups::Outcome outcome) { ++live_[static_cast<std::size_t>(outcome)]; }
  void call_came(index::CallDirection direction) { ++calls_[static_cast<std::size_t>(direction)]; }
  void event_listener_came() { ++event_listeners_; }
  void event_listener_left() { --event_listeners_; }
  void event_listener_cut_off() { ++event_listeners_cut_off_; }
  void events_sent(std::uint64_t events) { events_sent_ += events; }

  DoorMetrics& door(Door door) { return doors_[static_cast<std::size_t>(door)]; }

  std::string text() const;

 private:
  using Counter = std::atomic<std::uint64_t>;
  static constexpr std::array<std::uint64_t, 12> kBucketsMicroseconds = {10,   25,   50,    100,   250,    500,
                                                                         1000, 2500, 10000, 50000, 200000, 1000000};

  std::array<std::array<Counter, 3>, kAskers> lookups_{};  // each by Match
  Counter unmatchable_{};
  Counter lookup_failures_{};
  std::array<Counter, kBucketsMicroseconds.size() + 1> buckets_{};
  Counter lookup_nanoseconds_{};
  std::array<Counter, 6> http_by_class_{};
  std::array<DoorMetrics, kDoors> doors_{};
  Counter webhook_events_{};
  Counter webhooks_refused_{};
  std::array<Counter, 4> live_{};   // by LiveLookups::Outcome
  std::array<Counter, 2> calls_{};  // by CallDirection
  Counter event_listeners_{};
  Counter event_listeners_cut_off_{};
  Counter events_sent_{};
};

}  // namespace ringdex::server
