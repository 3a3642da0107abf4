#pragma once

#include "config/config.h"
#include "server/assembly/lookups.h"
#include "server/assembly/mirror.h"
#include "server/assembly/storage.h"
#include "server/calls/call_actions.h"
#include "server/calls/call_book.h"
#include "server/calls/call_service.h"
#include "server/calls/call_updates.h"
#include "server/events/event_hub.h"

namespace ringdex::server {

// What follows a call from its ring to its end.
struct Calls {
  Calls(Storage& storage, Mirror& mirror, Lookups& lookups, Metrics& metrics, const config::HttpConfig& http,
        const Clock& clock);
  // Nothing of what is late may outlive what it is about.
  ~Calls() { later.stop(); }

  LateWork later;       // the thread for what no ring waits for
  EventHub events;      // tells listeners, such as an agent's page, what happens
  CallBook book;        // writes each change down and tells it
  AboutRecords about;   // the records that calls are started from
  CallUpdates updates;  // what becomes known after the answer was given
  CallService service;  // rings and outgoing calls
  CallActions actions;  // answers, picks, ends
};

}  // namespace ringdex::server
