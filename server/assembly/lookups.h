#pragma once

#include "server/assembly/mirror.h"
#include "server/assembly/storage.h"
#include "server/doors/door_lookups.h"
#include "server/lookup/directory.h"
#include "server/lookup/live_lookups.h"
#include "server/lookup/local_records.h"
#include "server/lookup/lookup_service.h"
#include "server/lookup/remembered_picks.h"

namespace ringdex::server {

// What answers who has a number or a name.
struct Lookups {
  Lookups(Storage& storage, Mirror& mirror, const telephony::NumberParser& parser, Metrics& metrics, Clock clock,
          bool mask_numbers);

  // The search as that one asks it.
  DoorLookups by(AskedBy asker) const { return {search, counts, asker}; }

  RememberedPicks picks;  // what agents chose; loaded from the journal by the call book
  LookupService service;  // from the mirror alone, with the accounts' settings
  LiveLookups live;       // what the mirror does not know, from the CRMs themselves
  LocalRecords locals;    // people whom no CRM knows
  CallerSearch search;    // all of these, one after the other: what doors and calls ask
  LookupCounts counts;    // of what they ask
  Directory directory;    // people by name, for phones and the console
};

}  // namespace ringdex::server
