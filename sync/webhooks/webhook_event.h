#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "index/history/inbox.h"
#include "sync/connector.h"
#include "telephony/text/enum_names.h"

namespace ringdex::sync {

// A webhook event as an admin sees it.
struct WebhookEvent {
  std::uint64_t number = 0;
  std::string source;
  std::string type;                // the CRM's own word; empty where the event cannot be read
  std::optional<Hint::Kind> kind;  // nullopt if it cannot be read
  std::vector<std::string> records;
  std::string into;  // the survivor, once it is known; else empty
  std::optional<TimePoint> received_at;
  std::optional<TimePoint> settled_at;
  std::uint32_t attempts = 0;                  // that did not settle it
  std::optional<index::EventOutcome> outcome;  // nullopt if it waits
  index::EventChanges did;
  std::string detail;
};
WebhookEvent webhook_event(const index::EventEntry& entry);
inline constexpr auto kHintKindNames = text::enum_names<Hint::Kind>({{Hint::Kind::refetch, "refetch"},
                                                                     {Hint::Kind::deleted, "deleted"},
                                                                     {Hint::Kind::merged, "merged"},
                                                                     {Hint::Kind::organization, "organization"},
                                                                     {Hint::Kind::ignored, "ignored"}});
constexpr std::string_view to_string(Hint::Kind value) {
  return kHintKindNames.name_of(value);
}

}  // namespace ringdex::sync
