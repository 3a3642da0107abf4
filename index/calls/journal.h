#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "index/calls/call.h"
#include "index/calls/call_event.h"
#include "index/records/index_error.h"
#include "telephony/number/phone_number.h"

namespace ringdex::index {

// What one atomic write stores: a call as it stands now, with what happened to it. Made of bytes at once, so that
// nobody who holds a lock has to wait for that.
class JournalEntry {
 public:
  // The event's number is the Journal's to set; `number_picks` is what is remembered of call.number from now on.
  JournalEntry(const Call& call, const std::optional<CallEvent>& event,
               const std::optional<NumberPicks>& number_picks = std::nullopt);

 private:
  friend class Journal;
  std::string account_;
  std::string id_;
  std::string call_;
  std::vector<std::string> listings_;  // in order
  std::optional<std::string> event_;
  std::optional<std::pair<std::string, std::string>> picks_;  // key and value; an empty value: none is remembered
};

// Which calls are wanted, newest first. Of the first four at most one stands; empty: all of the account.
struct CallQuery {
  std::optional<telephony::PhoneNumber> number;  // canonical
  std::string agent;
  std::vector<RecordId> records;  // attributed to any of them
  std::optional<TimePoint> since, until;
  // Where the last page ended: only calls behind this one.
  std::optional<std::pair<TimePoint, std::string>> behind;
  std::size_t calls_max = 50;
};

// Events behind a number that a listener has seen. No event up to `newest` is still being written.
struct EventsSince {
  std::uint64_t newest = 0;       // of the account; 0: there never was one
  std::vector<CallEvent> events;  // in order
  bool forgotten = false;         // some behind the number are not there any more
  bool too_many = false;          // more than were asked for, or than are searched
};

// Of one account's events.
struct JournalLimits {
  std::uint64_t events_max = 100'000;          // more are dropped, the oldest first
  std::uint64_t events_searched_max = 20'000;  // who is further behind is not told which of them concern him
};

// Calls, picks and events, in a RocksDB of their own, so that a ring never waits for what the sync writes. Any thread
// may call; what is written survives the end of the process at once, and a loss of power after sync().
class Journal {
 public:
  // A folder, made if need be; its parent must exist.
  static std::expected<std::unique_ptr<Journal>, IndexError> open(const std::string& path, JournalLimits limits = {});
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Gives the event's number, 0 if there is none.
  std::expected<std::uint64_t, IndexError> write(const JournalEntry& entry);
  std::expected<void, IndexError> sync();

  std::expected<std::optional<Call>, IndexError> get(const std::string& account, const std::string& id) const;
  std::expected<std::vector<Call>, IndexError> list(const std::string& account, const CallQuery& query) const;

  // Every number of every account for which a pick is remembered; once at start.
  using PicksVisitor =
      std::function<void(const std::string& account, telephony::PhoneNumber number, NumberPicks picks)>;
  std::expected<void, IndexError> visit_picks(const PicksVisitor& visitor) const;

  // Those of the agent, or of the whole account if it is empty; none without `after`.
  std::expected<EventsSince, IndexError> events_since(const std::string& account, const std::string& agent,
                                                      std::optional<std::uint64_t> after, std::size_t events_max) const;

  // Of which calls, picks or events are there, in order.
  std::expected<std::vector<std::string>, IndexError> accounts() const;
  // What began before: calls, with all that lists them; events; remembered numbers whose last pick is older. In short
  // steps, so that no ring waits for it.
  std::expected<std::uint64_t, IndexError> forget_calls(const std::string& account, TimePoint before,
                                                        const std::stop_token& stopping = {});
  std::expected<void, IndexError> forget_events(const std::string& account, TimePoint before);
  std::expected<void, IndexError> forget_picks(const std::string& account, TimePoint before,
                                               const std::stop_token& stopping = {});

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace ringdex::index
