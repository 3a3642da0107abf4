#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/records/record.h"
#include "telephony/text/enum_names.h"

namespace ringdex::index {

// What the store remembers of one source beside its records; written in the same batch as they are.
struct SourceState {
  // none: no listing runs. initial: the first one, with nothing to sweep. running: what it shows is noted.
  // awaiting: it ended, and what it did not show waits for a confirmation.
  enum class Listing { none, initial, running, awaiting };

  // What the admin switched: paused asks for no pages, disabled asks the source for nothing at all.
  enum class Mode { on, paused, disabled };

  std::string checkpoint;     // the connector's cursor, UTF-8 text; empty before the first page
  TimePoint checkpoint_at{};  // when it last moved, or was confirmed by an empty page
  std::uint64_t records = 0;
  Listing listing = Listing::none;
  std::uint64_t awaiting_confirmation = 0;  // records that the last listing would have removed
  std::string sweep_cursor;                 // of a sweep beside the deltas; empty: none runs
  TimePoint swept_at{};                     // when a complete listing last ended; zero: none has
  Mode mode = Mode::on;
  bool has_dependents = false;  // some records have the name and numbers of others
  bool operator==(const SourceState&) const = default;
};

inline constexpr auto kSourceModeNames = text::enum_names<SourceState::Mode>(
    {{SourceState::Mode::on, "on"}, {SourceState::Mode::paused, "paused"}, {SourceState::Mode::disabled, "disabled"}});
constexpr std::string_view to_string(SourceState::Mode value) {
  return kSourceModeNames.name_of(value);
}

std::string encode_source_state(const SourceState& state);
std::optional<SourceState> decode_source_state(std::string_view bytes);

}  // namespace ringdex::index
