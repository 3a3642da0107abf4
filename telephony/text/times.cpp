#include "telephony/text/times.h"

#include <fmt/core.h>

#include <array>
#include <chrono>

namespace ringdex::text {
namespace {

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// A time's parts in UTC.
class Calendar {
 public:
  explicit Calendar(TimePoint time)
      : days_(std::chrono::floor<std::chrono::days>(time)),
        date_(days_),
        clock_(std::chrono::floor<std::chrono::seconds>(time - days_)) {}

  int year() const { return static_cast<int>(date_.year()); }
  unsigned month() const { return static_cast<unsigned>(date_.month()); }
  unsigned day() const { return static_cast<unsigned>(date_.day()); }
  unsigned weekday() const { return std::chrono::weekday(days_).c_encoding(); }
  std::string clock() const {
    return fmt::format("{:02}:{:02}:{:02}", clock_.hours().count(), clock_.minutes().count(), clock_.seconds().count());
  }

 private:
  std::chrono::sys_days days_;
  std::chrono::year_month_day date_;
  std::chrono::hh_mm_ss<std::chrono::seconds> clock_;
};

// Reads a text from front to back; after the first mismatch `good` stays false.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  unsigned digits(std::size_t count) {
    unsigned value = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (i >= rest_.size() || rest_[i] < '0' || rest_[i] > '9') {
        good_ = false;
        return 0;
      }
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }
  void literal(std::string_view text) {
    if (!take(text)) good_ = false;
  }
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  bool next_is_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool good() const { return good_; }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

std::optional<TimePoint> point(unsigned year, unsigned month, unsigned day, unsigned hour, unsigned minute,
                               unsigned second) {
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (year == 0 || !date.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

// Milliseconds of a fraction whose point was taken; nothing if it has no digit or more than nine.
std::optional<std::chrono::milliseconds> fraction(Reader& reader) {
  unsigned milliseconds = 0;
  std::size_t count = 0;
  while (reader.next_is_digit()) {
    const unsigned digit = reader.digits(1);
    if (count < 3) milliseconds = milliseconds * 10 + digit;
    if (++count > 9) return std::nullopt;
  }
  if (count == 0) return std::nullopt;
  for (std::size_t i = count; i < 3; ++i) milliseconds *= 10;
  return std::chrono::milliseconds(milliseconds);
}

}  // namespace

std::optional<TimePoint> parse_iso_time(std::string_view text) {
  Reader reader(text);
  const unsigned year = reader.digits(4);
  reader.literal("-");
  const unsigned month = reader.digits(2);
  reader.literal("-");
  const unsigned day = reader.digits(2);
  reader.literal("T");
  const unsigned hour = reader.digits(2);
  reader.literal(":");
  const unsigned minute = reader.digits(2);
  reader.literal(":");
  const unsigned second = reader.digits(2);
  if (!reader.good()) return std::nullopt;
  auto time = point(year, month, day, hour, minute, second);
  if (!time) return std::nullopt;
  if (reader.take(".")) {
    const auto part = fraction(reader);
    if (!part) return std::nullopt;
    *time += *part;
  }
  if (reader.take("Z")) return reader.done() ? time : std::nullopt;
  const bool east = reader.take("+");
  if (!east && !reader.take("-")) return std::nullopt;
  const unsigned offset_hours = reader.digits(2);
  reader.take(":");
  const unsigned offset_minutes = reader.digits(2);
  if (!reader.done() || offset_hours > 23 || offset_minutes > 59) return std::nullopt;
  const auto offset = std::chrono::hours(offset_hours) + std::chrono::minutes(offset_minutes);
  return east ? *time - offset : *time + offset;
}

std::string format_iso_seconds(TimePoint time) {
  const Calendar at(time);
  return fmt::format("{:04}-{:02}-{:02}T{}Z", at.year(), at.month(), at.day(), at.clock());
}

std::string format_iso_time(TimePoint time) {
  const auto milliseconds = (time - std::chrono::floor<std::chrono::seconds>(time)).count();
  std::string text = format_iso_seconds(time);
  if (milliseconds != 0) text.insert(text.size() - 1, fmt::format(".{:03}", milliseconds));
  return text;
}

std::string format_http_date(TimePoint time) {
  const Calendar at(time);
  return fmt::format("{}, {:02} {} {:04} {} GMT", kDays[at.weekday()], at.day(), kMonths[at.month() - 1], at.year(),
                     at.clock());
}

std::optional<TimePoint> parse_http_date(std::string_view text) {
  Reader reader(text);
  bool named_day = false;
  for (const auto name : kDays) named_day = named_day || reader.take(name);
  if (!named_day) return std::nullopt;
  reader.literal(", ");
  const unsigned day = reader.digits(2);
  reader.literal(" ");
  unsigned month = 0;
  for (unsigned i = 0; i < kMonths.size(); ++i) {
    if (reader.take(kMonths[i])) {
      month = i + 1;
      break;
    }
  }
  reader.literal(" ");
  const unsigned year = reader.digits(4);
  reader.literal(" ");
  const unsigned hour = reader.digits(2);
  reader.literal(":");
  const unsigned minute = reader.digits(2);
  reader.literal(":");
  const unsigned second = reader.digits(2);
  reader.literal(" GMT");
  if (!reader.done()) return std::nullopt;
  return point(year, month, day, hour, minute, second);
}

}  // namespace ringdex::text
