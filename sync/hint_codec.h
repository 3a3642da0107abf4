#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sync/connector.h"

namespace ringdex::sync {

// A hint as it waits in the inbox.
struct WaitingHint {
  Hint hint;
  std::uint32_t attempts = 0;
  TimePoint not_before{};
};

std::string encode_hint(const WaitingHint& waiting);
std::optional<WaitingHint> decode_hint(std::string_view bytes);

}  // namespace ringdex::sync
