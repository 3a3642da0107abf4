#pragma once

#include <expected>
#include <optional>
#include <string>

#include "index/index.h"
#include "server/calls/ring_request.h"
#include "server/lookup/lookup_service.h"
#include "server/system/clock.h"

namespace ringdex::server {

// Who is on the other side of a call, by what the index knows at this moment. Any thread may call.
class CallLookup {
 public:
  CallLookup(const index::Index& index, const LookupService& lookups, Clock clock)
      : index_(index), lookups_(lookups), clock_(std::move(clock)) {}

  // `about`: the record that the call was started from, if it is known.
  std::expected<LookupAnswer, LookupError> look(const RingRequest& request, const index::Record* about) const;
  // The record that request.about means; nothing: it is not mirrored.
  std::optional<index::Record> about(const RingRequest& request) const;

 private:
  const index::Index& index_;
  const LookupService& lookups_;
  const Clock clock_;
};

// A number that could be somebody's, and is nobody's here.
bool is_unknown(const std::expected<LookupAnswer, LookupError>& answer);
// The other party's number in canonical form; nothing: it is none.
std::optional<telephony::PhoneNumber> canonical_number(const LookupAnswer& answer);
// The answer as it is written down.
std::string answer_text(const LookupAnswer& answer);

}  // namespace ringdex::server
