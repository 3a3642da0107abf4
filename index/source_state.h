#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/record.h"

namespace ringdex::index {

// What the store remembers of one source beside its records; written in the same batch as they are.
struct SourceState {
  // none: no listing runs. initial: the first one, with nothing to sweep. running: what it shows is noted.
  // awaiting: it ended, and what it did not show waits for a confirmation.
  enum class Listing { none, initial, running, awaiting };

  std::string checkpoint;     // the connector's cursor, UTF-8 text; empty before the first page
  TimePoint checkpoint_at{};  // when it last moved, or was confirmed by an empty page
  std::uint64_t records = 0;
  Listing listing = Listing::none;
  std::uint64_t awaiting_confirmation = 0;  // records that the last listing would have removed
  bool operator==(const SourceState&) const = default;
};

std::string encode_source_state(const SourceState& state);
std::optional<SourceState> decode_source_state(std::string_view bytes);

}  // namespace ringdex::index
