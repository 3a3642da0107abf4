#pragma once

#include <chrono>
#include <expected>
#include <stop_token>

#include "index/calls/journal.h"
#include "server/lookup/lookup_service.h"
#include "server/lookup/remembered_picks.h"

namespace ringdex::server {

// Who was away for longer loads the calls anew instead of hearing of each event.
inline constexpr std::chrono::hours kEventsKept{24};
// Of an account that is not configured any more.
inline constexpr std::chrono::days kOrphansKept{90};

// Forgets, in each account, calls that are older than it keeps them, picks that count no more, and old events. Any
// thread may call.
std::expected<void, index::IndexError> forget_old_calls(index::Journal& journal, RememberedPicks& picks,
                                                        const LookupService& lookups, index::TimePoint now,
                                                        const std::stop_token& stopping = {});

}  // namespace ringdex::server
