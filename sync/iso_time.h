#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "index/record.h"

namespace ringdex::sync {

// ISO 8601 as CRMs write it: "2026-01-04T05:33:18Z", optionally with a fraction of 1 to 9 digits (cut to
// milliseconds) and with an offset ("+01:00", "+0100") in the Z's place. Date and time must be real.
std::optional<index::TimePoint> parse_iso_time(std::string_view text);

// "2026-01-04T05:33:18Z"; a part of a second is left out.
std::string format_iso_time(index::TimePoint time);

// The HTTP date in its one current form, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
std::optional<index::TimePoint> parse_http_date(std::string_view text);

}  // namespace ringdex::sync
