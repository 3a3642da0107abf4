#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "index/index_error.h"
#include "index/store.h"

namespace ringdex::index {

struct InboxEvent {
  std::uint64_t number = 0;  // grows with arrival
  std::string payload;       // sync's own words; nothing here reads them
  bool operator==(const InboxEvent&) const = default;
};

// Webhook events that were accepted and are not yet applied. They leave with the ChangeBatch that settles them
// (ChangeBatch::inbox_done). Any thread may call.
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

 private:
  Store& store_;
};

}  // namespace ringdex::index
