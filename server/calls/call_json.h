#pragma once

#include <string>
#include <vector>

#include "index/calls/call.h"
#include "index/index.h"
#include "server/lookup/lookup_service.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {

// Who, when, on which screens, and what was picked: the member `call` of all that is said of a call.
void write_call(text::JsonWriter& out, const index::Call& call);

// An answer with its call, as a ring gets it and listeners are told: the lookup's members and `call`.
std::string event_json(const index::Call& call, const std::string& answer);
inline std::string event_json(const index::Call& call) {
  return event_json(call, call.current_answer());
}

// All that is known of a call later: `call`, the `answer` as it was given, what `changes` came after it, the `policy`
// of that moment, and as the index has them now, the records to `attribute` a ticket to.
void write_call_report(text::JsonWriter& out, const index::Call& call, const index::IndexView& view,
                       const AccountSettings& account);

// The account's rules that decide what a ring shows.
std::string policy_text(const AccountSettings& account);

// The records of the default candidate.
std::vector<index::RecordId> shown_records(const LookupAnswer& answer);

}  // namespace ringdex::server
