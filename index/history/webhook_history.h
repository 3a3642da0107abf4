#pragma once

#include <cstddef>
#include <string>

#include "index/store/store_impl.h"

namespace ringdex::index {

// Of one source; a few more may be there until they are trimmed.
inline constexpr std::size_t kSettledEventsMax = 10'000;
inline constexpr std::size_t kSettledEventsSlack = 500;

// Once `added` settled events of a source are written: forgets its oldest if there are too many. Under the writer's
// lock. A failure leaves them for the next time.
void trim_history(Store::Impl& store, key::AccountNumber account, const std::string& source, std::size_t added);

}  // namespace ringdex::index
