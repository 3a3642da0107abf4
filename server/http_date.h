#pragma once

#include <string>

#include "index/record.h"

namespace ringdex::server {

// "Sun, 22 Nov 2026 17:49:09 GMT" (RFC 9110, section 5.6.7).
std::string http_date(index::TimePoint time);

}  // namespace ringdex::server
