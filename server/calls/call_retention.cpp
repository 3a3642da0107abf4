#include "server/calls/call_retention.h"

#include "config/logging/log.h"

namespace ringdex::server {

std::expected<void, index::IndexError> forget_old_calls(index::Journal& journal, RememberedPicks& picks,
                                                        const LookupService& lookups, index::TimePoint now,
                                                        const std::stop_token& stopping) {
  const auto accounts = journal.accounts();
  if (!accounts) return std::unexpected(accounts.error());
  for (const std::string& account : *accounts) {
    const auto settings = lookups.settings(account);
    const auto calls_since = now - (settings ? settings->calls_kept : kOrphansKept);
    const auto picks_since = now - (settings ? settings->pick_memory.age_max : kOrphansKept);
    const auto forgotten = journal.forget_calls(account, calls_since, stopping);
    if (!forgotten) return std::unexpected(forgotten.error());
    if (*forgotten > 0) log::info("account {}: {} calls forgotten, since they are too old", account, *forgotten);
    if (auto done = journal.forget_events(account, now - kEventsKept); !done) return done;
    if (auto done = journal.forget_picks(account, picks_since, stopping); !done) return done;
    picks.forget_before(account, picks_since);
  }
  return {};
}

}  // namespace ringdex::server
