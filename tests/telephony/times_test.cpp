
#include "telephony/text/times.h"

#include <doctest/doctest.h>

namespace text = ringdex::text;
using ringdex::text::TimePoint;

namespace {

std::int64_t milliseconds(std::string_view text) {
  const auto time = text::parse_iso_time(text);
  return time ? time->time_since_epoch().count() : -1;
}

}  // namespace

TEST_CASE("ISO times are read to the millisecond") {
  CHECK(milliseconds("1970-01-01T00:00:00Z") == 0);
  CHECK(milliseconds("2026-01-04T05:33:18Z") == 1767504798000);
  CHECK(milliseconds("2026-01-04T05:33:18.5Z") == 1767504798500);
  CHECK(milliseconds("2026-01-04T05:33:18.123456789Z") == 1767504798123);
  CHECK(milliseconds("2026-01-04T06:33:18+01:00") == 1767504798000);
  CHECK(milliseconds("2026-01-04T06:33:18.000+0100") == 1767504798000);
  CHECK(milliseconds("2026-01-04T00:03:18-05:30") == 1767504798000);
  CHECK(milliseconds("2024-02-29T00:00:00Z") == 1709164800000);
  CHECK(text::parse_iso_time("0001-01-01T00:00:00Z").has_value());
  CHECK(text::parse_iso_time("9999-12-31T23:59:59.999Z").has_value());
}

TEST_CASE("what is no ISO time is nothing") {
  for (const auto* text : {"",
                           "2026",
                           "2026-01-04",
                           "2026-01-04T05:33:18",
                           "2026-01-04 05:33:18Z",
                           "2026-1-04T05:33:18Z",
                           "2026-02-29T00:00:00Z",
                           "2026-04-31T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-01-00T00:00:00Z",
                           "2026-01-04T24:00:00Z",
                           "2026-01-04T05:60:18Z",
                           "2026-01-04T05:33:60Z",
                           "2026-01-04T05:33:18.Z",
                           "2026-01-04T05:33:18.1234567890Z",
                           "2026-01-04T05:33:18Zx",
                           "2026-01-04T05:33:18z",
                           "2026-01-04T05:33:18+1:00",
                           "2026-01-04T05:33:18+24:00",
                           "2026-01-04T05:33:18+00:60",
                           "-026-01-04T05:33:18Z",
                           "2026-01-04T05:33:18+01:00Z",
                           "0000-01-01T00:00:00Z",
                           " 2026-01-04T05:33:18Z",
                           "1900-02-29T00:00:00Z"}) {
    CAPTURE(text);
    CHECK_FALSE(text::parse_iso_time(text).has_value());
  }
}

TEST_CASE("what is written is read again") {
  for (const std::int64_t seconds : {0LL, 951'782'400LL, 1'767'504'798LL, 253'402'300'799LL, -1LL}) {
    const TimePoint time{std::chrono::seconds(seconds)};
    CAPTURE(text::format_iso_seconds(time));
    CHECK(text::parse_iso_time(text::format_iso_seconds(time)) == time);
  }
  CHECK(text::format_iso_seconds(TimePoint{std::chrono::milliseconds(1'767'504'798'999)}) == "2026-01-04T05:33:18Z");
}

TEST_CASE("HTTP dates") {
  CHECK(text::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT") == text::parse_iso_time("1994-11-06T08:49:37Z"));
  CHECK(text::parse_http_date("Thu, 08 Feb 2024 17:26:51 GMT") == text::parse_iso_time("2024-02-08T17:26:51Z"));
  for (const auto* text : {"", "60", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun 06 Nov 1994",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Xxx, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx"}) {
    CAPTURE(text);
    CHECK_FALSE(text::parse_http_date(text).has_value());
  }
}
