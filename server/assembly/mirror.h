#pragma once

#include <functional>
#include <string>

#include "config/config.h"
#include "server/assembly/storage.h"
#include "sync/mirror/sources.h"
#include "telephony/number/number_parser.h"

namespace ringdex::server {

// What keeps the copy of the CRMs.
struct Mirror {
  explicit Mirror(Storage& storage) : sources(storage.index, storage.inbox, storage.ledger) {}

  // Before sources.start(). `draw` gives random numbers in [0, 1), for the waits between retries.
  void add_sources(const config::Config& config, const telephony::NumberParser& parser,
                   const std::function<double()>& draw);
  // Asks the CRM for one record; `done` tells, from any thread, whether it is here now. False if no such source.
  bool fetch(const std::string& account, const index::RecordId& id, std::function<void(bool found)> done);

  sync::Sources sources;  // every source, with the threads that copy it
};

}  // namespace ringdex::server
