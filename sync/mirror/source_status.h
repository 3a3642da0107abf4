#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/records/record.h"
#include "telephony/text/enum_names.h"

namespace ringdex::sync {

enum class RunKind { delta, full, sweep };
inline constexpr auto kRunKindNames =
    text::enum_names<RunKind>({{RunKind::delta, "delta"}, {RunKind::full, "full"}, {RunKind::sweep, "sweep"}});
constexpr std::string_view to_string(RunKind value) {
  return kRunKindNames.name_of(value);
}

enum class SourceStateName {
  idle,
  running,
  backing_off,
  paused,
  needs_credential,
  needs_confirmation,
  limit_reached,
  disabled
};
inline constexpr auto kSourceStateNames =
    text::enum_names<SourceStateName>({{SourceStateName::idle, "idle"},
                                       {SourceStateName::running, "running"},
                                       {SourceStateName::backing_off, "backing_off"},
                                       {SourceStateName::paused, "paused"},
                                       {SourceStateName::needs_credential, "needs_credential"},
                                       {SourceStateName::needs_confirmation, "needs_confirmation"},
                                       {SourceStateName::limit_reached, "limit_reached"},
                                       {SourceStateName::disabled, "disabled"}});
constexpr std::string_view to_string(SourceStateName value) {
  return kSourceStateNames.name_of(value);
}

// How far the run in hand is. Plain value.
struct RunProgress {
  std::uint64_t run = 0;
  std::string kind;
  index::TimePoint started_at{};
  std::uint64_t rows = 0;  // records, deletions and rejects so far
  std::uint64_t pages = 0;
  std::optional<double> share;  // 0 to 1 of a complete listing; nullopt if it can't be told
};

// What an admin sees of one source's sync. Plain value.
struct SourceStatus {
  SourceStateName state = SourceStateName::idle;
  index::TimePoint since{};
  std::string reason;                            // empty when there is nothing to explain
  std::optional<index::TimePoint> next_attempt;  // nothing while a page is being fetched
  std::uint64_t run = 0;                         // the run in hand or the last one; 0: none yet
  std::optional<RunProgress> progress;           // of the run in hand
  std::optional<index::TimePoint> next_sweep;
};

}  // namespace ringdex::sync
