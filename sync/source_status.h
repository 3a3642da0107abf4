#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/record.h"

namespace ringdex::sync {

enum class RunKind { delta, full };
std::string_view to_string(RunKind);

enum class SourceStateName { idle, running, backing_off, needs_credential, needs_confirmation, limit_reached };
std::string_view to_string(SourceStateName);

// What an admin sees of one source's sync. Plain value.
struct SourceStatus {
  SourceStateName state = SourceStateName::idle;
  index::TimePoint since{};
  std::string reason;                            // empty when there is nothing to explain
  std::optional<index::TimePoint> next_attempt;  // nothing while a page is being fetched
  std::uint64_t run = 0;                         // the run in hand or the last one; 0: none yet
};

}  // namespace ringdex::sync
