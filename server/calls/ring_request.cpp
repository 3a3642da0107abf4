#include "server/calls/ring_request.h"

namespace ringdex::server {

using index::CallDirection;
using index::RecordId;
using index::RecordKind;

RingRequest ring_of(const index::Call& call) {
  RingRequest request{.account = call.account,
                      .call_id = call.id,
                      .direction = call.direction,
                      .from = call.from,
                      .to = call.to,
                      .agents = call.agents,
                      .about = {},
                      .may_fetch = false,
                      .region = call.region,
                      .plan = call.plan};
  if (call.about) request.about = AboutRequest{call.about->source, call.about->external_id, call.about->kind};
  return request;
}

const std::string& other_party(const RingRequest& request) {
  return request.direction == CallDirection::inbound ? request.from : request.to;
}

const std::string& own_line(const RingRequest& request) {
  return request.direction == CallDirection::inbound ? request.to : request.from;
}

LookupRequest lookup_request(const RingRequest& request, const index::Record* about) {
  LookupRequest lookup{.account = request.account,
                       .number = other_party(request),
                       .region = request.region,
                       .called = own_line(request),
                       .plan = telephony::plan_from(request.plan).value_or(telephony::Plan::automatic),
                       .agent = {},
                       .about = about};
  // What one of several agents chose for himself is not the others' choice.
  if (request.agents.size() == 1) lookup.agent = request.agents.front();
  return lookup;
}

std::vector<RecordId> ids_of(const AboutRequest& about) {
  if (about.kind) return {{about.source, *about.kind, about.external_id}};
  if (about.source == index::kLocalSource) return {{about.source, RecordKind::local, about.external_id}};
  return {{about.source, RecordKind::contact, about.external_id}, {about.source, RecordKind::lead, about.external_id}};
}

}  // namespace ringdex::server
