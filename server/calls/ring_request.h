#pragma once

#include <optional>
#include <string>
#include <vector>

#include "index/calls/call.h"
#include "server/lookup/lookup_answer.h"
#include "telephony/number/asked_number.h"

namespace ringdex::server {

// The record that a call was started from, as a CRM's page names it.
struct AboutRequest {
  std::string source;
  std::string external_id;
  std::optional<index::RecordKind> kind;  // nullopt for the contact, else the lead of that id
};

// A ring or an outgoing call, as the phone system tells of it.
struct RingRequest {
  std::string account;
  std::string call_id;
  index::CallDirection direction = index::CallDirection::inbound;
  std::string from, to;
  std::vector<std::string> agents;
  std::optional<AboutRequest> about;
  bool may_fetch = true;  // whether a CRM may be asked for that record
  std::string region;
  std::string plan;  // as telephony::plan_from reads it; empty: auto
};

// The ring that a call began with, as far as it tells who it is.
RingRequest ring_of(const index::Call& call);

// The other party's number and the account's own line.
const std::string& other_party(const RingRequest& request);
const std::string& own_line(const RingRequest& request);

// Who is on the other side of it, as a question that has views into the ring. `about`: the record that the call was
// started from, if it is known.
LookupRequest lookup_request(const RingRequest& request, const index::Record* about = nullptr);

// The ids that may be meant, the likelier one in front.
std::vector<index::RecordId> ids_of(const AboutRequest& about);

}  // namespace ringdex::server
