#pragma once

#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "index/calls/call_event.h"
#include "index/calls/journal.h"
#include "server/lookup/remembered_picks.h"

namespace ringdex::server {

// The one place where calls change: what is written in the journal is told to the listeners, in the same order. Any
// thread may call.
class CallBook {
 public:
  using Tell = std::function<void(const std::string& account, const index::CallEvent& event)>;

  CallBook(index::Journal& journal, RememberedPicks& picks, Tell tell);

  // Fills the remembered picks from the journal; once at start.
  std::expected<void, index::IndexError> load();

  struct Opened {
    index::Call call;  // as it is in the book now
    bool is_new = true;
  };
  // Writes a new call down and tells that it rings; one of that id that is there already stays as it is.
  std::expected<Opened, index::IndexError> open(index::Call call);

  // What `edit` makes of a call. An empty type: nothing changed, and nothing is written.
  struct Edit {
    std::string type;                                // of the event
    std::vector<std::string> agents;                 // whom it is told; empty: all who have the call
    std::optional<index::NumberPicks> number_picks;  // what is remembered of its number from now on
  };
  // The call as it is after the edit; nullopt if there is no such call.
  std::expected<std::optional<index::Call>, index::IndexError> change(
      const std::string& account, const std::string& id, index::TimePoint now,
      const std::function<Edit(index::Call& call)>& edit);

  // What was written so far outlives a loss of power.
  std::expected<void, index::IndexError> sync() { return journal_.sync(); }

  std::expected<std::optional<index::Call>, index::IndexError> find(const std::string& account,
                                                                    const std::string& id) const {
    return journal_.get(account, id);
  }
  std::expected<std::vector<index::Call>, index::IndexError> list(const std::string& account,
                                                                  const index::CallQuery& query) const {
    return journal_.list(account, query);
  }
  index::NumberPicks picks_of(const std::string& account, telephony::PhoneNumber number) const {
    return picks_.of(account, number);
  }

 private:
  // Under mutex_. `entry` is of the others.
  std::expected<void, index::IndexError> write(const index::Call& call, const index::JournalEntry& entry,
                                               index::CallEvent event, std::optional<index::NumberPicks> number_picks);

  index::Journal& journal_;
  RememberedPicks& picks_;
  const Tell tell_;
  std::mutex mutex_;  // from a call's reading to the telling of its change
};

}  // namespace ringdex::server
