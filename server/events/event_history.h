#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "index/calls/call_event.h"
#include "index/records/index_error.h"

namespace ringdex::server {

struct EventsAsked {
  std::string account;
  std::string agent;                   // only events that concern it; empty: all
  std::optional<std::uint64_t> after;  // events with greater numbers; nullopt for none: only `newest` is wanted
  std::size_t events_max = 0;
};

// What is remembered, all as of one moment: no event up to `newest` is still being written.
struct EventsRemembered {
  std::uint64_t newest = 0;              // of the account, whomever it concerns; 0: there never was one
  std::vector<index::CallEvent> events;  // in order, at most events_max
  bool forgotten = false;                // some event after `after` is no longer there
  bool too_many = false;                 // more than events_max match
};

// Any thread may call.
using EventHistory = std::function<std::expected<EventsRemembered, index::IndexError>(const EventsAsked&)>;

}  // namespace ringdex::server
