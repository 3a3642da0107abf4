#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sync/connector.h"

namespace ringdex::sync {

// A hint as it waits in the inbox, and as the history keeps it.
struct WaitingHint {
  Hint hint;
  std::uint32_t attempts = 0;    // that failed; the delay grows with them
  std::uint32_t unreadable = 0;  // of these, answers that could not be understood
  std::uint32_t both_alive = 0;  // answers that still showed both records of a merge
  TimePoint not_before{};
  std::optional<TimePoint> received_at;  // nullopt if an older ringdex accepted it
  std::string last_error;                // why the last attempt did not settle it
  index::EventChanges did;               // what attempts changed that did not settle it
};

std::string encode_hint(const WaitingHint& waiting);
// nullopt if the bytes are no hint.
std::optional<WaitingHint> decode_hint(std::string_view bytes);

}  // namespace ringdex::sync
