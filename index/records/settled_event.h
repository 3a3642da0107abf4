#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "index/records/record.h"
#include "telephony/text/enum_names.h"

namespace ringdex::index {

// What a webhook event changed here.
struct EventChanges {
  std::uint64_t added = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::uint64_t merged = 0;
  std::uint64_t renamed = 0;
  EventChanges& operator+=(const EventChanges& other);
  EventChanges operator-(const EventChanges& before) const;
  bool operator==(const EventChanges&) const = default;
};

enum class EventOutcome : std::uint8_t {
  applied = 1,
  unchanged,  // what it told was known, or was not taken
  ignored,    // nobody was asked
  given_up,   // its records could not be had, or it could not be read
};
inline constexpr auto kEventOutcomeNames = text::enum_names<EventOutcome>({{EventOutcome::applied, "applied"},
                                                                           {EventOutcome::unchanged, "unchanged"},
                                                                           {EventOutcome::ignored, "ignored"},
                                                                           {EventOutcome::given_up, "given_up"}});

// How a webhook event ended.
struct SettledEvent {
  TimePoint settled_at{};
  EventOutcome outcome = EventOutcome::unchanged;
  EventChanges did;
  std::string detail;  // in words for the admin; may be empty
  bool operator==(const SettledEvent&) const = default;
};

// As it stands in the store: version u8, outcome u8, settled_at u64, five counts u64, length of the detail u32, detail,
// payload.
std::string encode_settled_event(const SettledEvent& event, std::string_view payload);
struct StoredEvent {
  SettledEvent settled;
  std::string payload;
};
// Nothing if the bytes are no settled event.
std::optional<StoredEvent> decode_settled_event(std::string_view bytes);

}  // namespace ringdex::index
