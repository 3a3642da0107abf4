#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "index/records/index_error.h"
#include "index/records/settled_event.h"
#include "index/store/store.h"

namespace ringdex::index {

struct InboxEvent {
  std::uint64_t number = 0;  // grows with arrival
  std::string payload;       // sync's own words; nothing here reads them
  bool operator==(const InboxEvent&) const = default;
};

// One that asks for nothing, or that nobody wants now.
struct IgnoredEvent {
  std::string payload;
  std::string detail;
};

// An event that waits or that was settled.
struct EventEntry {
  std::string source;
  std::uint64_t number = 0;
  std::string payload = {};
  std::optional<SettledEvent> settled = std::nullopt;  // nullopt if it waits
  bool operator==(const EventEntry&) const = default;
};

// Webhook events that were accepted and are not yet applied. With the ChangeBatch that settles them
// (ChangeBatch::inbox_done) they leave for the history, of which each source keeps the newest 10,000. Any thread may
// call.
class Inbox {
 public:
  explicit Inbox(Store& store) : store_(store) {}

  // Durable when it returns: all of them or, after an error, none. Gives their numbers.
  std::expected<std::vector<std::uint64_t>, IndexError> accept(const std::string& account, const std::string& source,
                                                               const std::vector<std::string>& payloads);
  // In order of arrival, at most `events_max`.
  std::expected<std::vector<InboxEvent>, IndexError> pending(const std::string& account, const std::string& source,
                                                             std::size_t events_max) const;
  // Replaces what is known of a pending event, such as its attempts. An event that was settled meanwhile stays so.
  std::expected<void, IndexError> amend(const std::string& account, const std::string& source, const InboxEvent& event);

  // Straight into the history. Not durable at once, since nothing depends on it.
  std::expected<void, IndexError> note_ignored(const std::string& account, const std::string& source,
                                               const std::vector<IgnoredEvent>& events, TimePoint now);
  // Those that wait and those that were settled, newest first, from the one behind `behind`, which is not among them.
  // An empty source means all.
  std::expected<std::vector<EventEntry>, IndexError> history(const std::string& account, const std::string& source,
                                                             std::optional<std::uint64_t> behind,
                                                             std::size_t events_max) const;
  std::expected<void, IndexError> forget_settled_before(TimePoint before);

 private:
  Store& store_;
};

}  // namespace ringdex::index
