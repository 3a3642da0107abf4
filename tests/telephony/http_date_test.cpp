#include <doctest/doctest.h>

#include <ctime>
#include <random>

#include "telephony/text/times.h"

namespace ringdex::text {
namespace {

TEST_CASE("a date is as the C library writes it") {
  std::mt19937_64 chance(3);
  for (int i = 0; i < 2'000; ++i) {
    const std::time_t seconds = static_cast<std::time_t>(chance() % 8'000'000'000);
    std::tm parts{};
    gmtime_r(&seconds, &parts);
    char text[64];
    std::strftime(text, sizeof(text), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    const auto millis = std::chrono::milliseconds(chance() % 1'000);
    CHECK(format_http_date(TimePoint(std::chrono::seconds(seconds) + millis)) == text);
  }
}

}  // namespace
}  // namespace ringdex::text
