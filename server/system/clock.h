#pragma once

#include <functional>

#include "index/records/record.h"

namespace ringdex::server {

// The wall clock, handed in by App.
using Clock = std::function<index::TimePoint()>;

}  // namespace ringdex::server
