#include "server/system/time_zone.h"

#include <doctest/doctest.h>

#include <string>

#include "telephony/text/times.h"

namespace ringdex::server {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

index::TimePoint at(const std::string& text) {
  return *text::parse_iso_time(text);
}

TimeZone zone(const std::string& name) {
  const auto found = TimeZone::named(name);
  REQUIRE(found);
  return *found;
}

TEST_CASE("a day begins at the zone's own midnight") {
  CHECK(zone("UTC").day_start(at("2026-11-22T03:00:00Z")) == at("2026-11-22T00:00:00Z"));
  CHECK(zone("UTC").day_start(at("2026-11-22T00:00:00Z")) == at("2026-11-22T00:00:00Z"));
  CHECK(zone("America/New_York").day_start(at("2026-11-22T03:00:00Z")) == at("2026-11-21T05:00:00Z"));
  CHECK(zone("Asia/Kathmandu").day_start(at("2026-11-22T18:14:59Z")) == at("2026-11-21T18:15:00Z"));
  CHECK(zone("Asia/Kathmandu").day_start(at("2026-11-22T18:15:00Z")) == at("2026-11-22T18:15:00Z"));
}

TEST_CASE("days of 23 and 25 hours") {
  const auto berlin = zone("Europe/Berlin");
  CHECK(berlin.day_start(at("2026-03-29T12:00:00Z")) == at("2026-03-28T23:00:00Z"));
  CHECK(berlin.day_start(at("2026-03-30T12:00:00Z")) == at("2026-03-29T22:00:00Z"));
  CHECK(berlin.day_start(at("2026-10-25T12:00:00Z")) == at("2026-10-24T22:00:00Z"));
  CHECK(berlin.day_start(at("2026-10-26T12:00:00Z")) == at("2026-10-25T23:00:00Z"));
}

TEST_CASE("a midnight that is jumped over, and one that comes twice") {
  // In Santiago the clocks went from 24:00 to 01:00 on 6 September 2026 at 04:00 UTC, in Havana from 01:00 back to
  // 00:00 on 1 November 2026 at 05:00 UTC.
  CHECK(zone("America/Santiago").day_start(at("2026-09-06T15:00:00Z")) == at("2026-09-06T04:00:00Z"));
  CHECK(zone("America/Havana").day_start(at("2026-11-01T15:00:00Z")) == at("2026-11-01T04:00:00Z"));
  CHECK(zone("America/Havana").day_start(at("2026-11-01T04:30:00Z")) == at("2026-11-01T04:00:00Z"));
}

TEST_CASE("the next time of day") {
  const auto berlin = zone("Europe/Berlin");
  CHECK(berlin.next(minutes(150), at("2026-11-22T00:00:00Z")) == at("2026-11-22T01:30:00Z"));
  CHECK(berlin.next(minutes(150), at("2026-11-22T01:30:00Z")) == at("2026-11-23T01:30:00Z"));
  // Half past two is jumped over in spring, and there twice in autumn: once a day all the same.
  for (auto now = at("2026-01-01T00:00:00Z"); now < at("2026-12-31T00:00:00Z"); now += hours(7)) {
    const auto next = berlin.next(minutes(150), now);
    CAPTURE(text::format_iso_time(now));
    CHECK(next > now);
    CHECK(next - now <= hours(26));
  }
}

TEST_CASE("there is no such zone") {
  CHECK_FALSE(TimeZone::named("Europe/Atlantis"));
  CHECK_FALSE(TimeZone::named(""));
}

}  // namespace
}  // namespace ringdex::server
