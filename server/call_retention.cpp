#include "server/call_retention.h"

#include <spdlog/spdlog.h>

namespace ringdex::server {

std::expected<void, index::IndexError> forget_old_calls(index::Journal& journal, RememberedPicks& picks,
                                                        const LookupService& lookups, index::TimePoint now) {
  for (const std::string& account : lookups.accounts()) {
    const auto settings = lookups.settings(account);
    if (settings == nullptr) continue;
    const auto forgotten = journal.forget_calls(account, now - settings->calls_kept);
    if (!forgotten) return std::unexpected(forgotten.error());
    if (*forgotten > 0) spdlog::info("account {}: {} calls forgotten, since they are too old", account, *forgotten);
    if (auto done = journal.forget_events(account, now - kEventsKept); !done) return done;
    const index::TimePoint picks_since = now - settings->pick_memory.age_max;
    if (auto done = journal.forget_picks(account, picks_since); !done) return done;
    picks.forget_before(account, picks_since);
  }
  return {};
}

}  // namespace ringdex::server
