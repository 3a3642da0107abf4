#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

// Times as others write them. Pure; any thread.
namespace ringdex::text {

using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;

// ISO 8601 as CRMs write it: "2026-01-04T05:33:18Z", optionally with a fraction of 1 to 9 digits (cut to
// milliseconds) and with an offset ("+01:00", "+0100") in the Z's place. Date and time must be real.
std::optional<TimePoint> parse_iso_time(std::string_view text);
// "2026-01-04T05:33:18Z", or with milliseconds where there are any: "2026-01-04T05:33:18.250Z".
std::string format_iso_time(TimePoint time);
// The same with a part of a second cut off.
std::string format_iso_seconds(TimePoint time);

// The HTTP date in its one current form, "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7).
std::optional<TimePoint> parse_http_date(std::string_view text);
std::string format_http_date(TimePoint time);

}  // namespace ringdex::text
