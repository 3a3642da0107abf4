#include "server/system/time_zone.h"

#include <unicode/timezone.h>

namespace ringdex::server {
namespace {

using index::TimePoint;
using std::chrono::milliseconds;

constexpr milliseconds kDay = std::chrono::days(1);

}  // namespace

struct TimeZone::Zone {
  std::unique_ptr<icu::TimeZone> zone;

  // What is added to UTC at that moment.
  milliseconds offset(TimePoint at) const {
    std::int32_t raw = 0;
    std::int32_t daylight = 0;
    UErrorCode status = U_ZERO_ERROR;
    const auto date = static_cast<UDate>(at.time_since_epoch().count());
    zone->getOffset(date, static_cast<UBool>(false), raw, daylight, status);
    return milliseconds(U_SUCCESS(status) ? raw + daylight : 0);
  }
  // The moment at which the clocks there show `local`. Where they show it twice, the first of both; where they jump
  // over it, the moment of the jump.
  TimePoint moment(TimePoint local) const {
    const TimePoint guess = local - offset(local);
    const TimePoint moment = local - offset(guess);
    if (moment + offset(moment) == local) return std::min(moment, earlier(local, moment));
    return std::max(guess, moment);
  }
  // Clocks that were set back show the hour before the change once more.
  TimePoint earlier(TimePoint local, TimePoint moment) const {
    const TimePoint before = local - offset(moment - std::chrono::hours(3));
    return before + offset(before) == local ? before : moment;
  }
};

TimeZone::TimeZone() {
  static const std::optional<TimeZone> kUtc = named("UTC");
  zone_ = kUtc->zone_;
}

std::optional<TimeZone> TimeZone::named(const std::string& name) {
  auto zone = std::make_shared<Zone>();
  zone->zone.reset(icu::TimeZone::createTimeZone(icu::UnicodeString::fromUTF8(name)));
  if (!zone->zone || *zone->zone == icu::TimeZone::getUnknown()) return std::nullopt;
  return TimeZone(std::move(zone));
}

TimePoint TimeZone::day_start(TimePoint now) const {
  const TimePoint local = now + zone_->offset(now);
  return std::min(zone_->moment(std::chrono::floor<std::chrono::days>(local)), now);
}

TimePoint TimeZone::next(std::chrono::minutes time_of_day, TimePoint after) const {
  const auto day = std::chrono::floor<std::chrono::days>(after + zone_->offset(after));
  TimePoint at = zone_->moment(day + time_of_day);
  if (at <= after) at = zone_->moment(day + kDay + time_of_day);
  return at;
}

}  // namespace ringdex::server
