#include "sync/http/http_failure.h"

#include <doctest/doctest.h>

#include "telephony/text/times.h"

using namespace ringdex::sync;
namespace text = ringdex::text;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const ringdex::index::TimePoint kNow = *text::parse_iso_time("2026-01-04T05:33:18Z");

FetchError failure(int status, std::map<std::string, std::string> headers = {}, std::string body = "") {
  return http_failure(HttpResponse{status, std::move(headers), std::move(body)}, "GET /x", kNow);
}

}  // namespace

TEST_CASE("each status says what to do next") {
  const std::pair<int, FetchErrorKind> table[] = {
      {301, FetchErrorKind::malformed},    {400, FetchErrorKind::malformed},    {401, FetchErrorKind::unauthorized},
      {403, FetchErrorKind::unauthorized}, {404, FetchErrorKind::not_found},    {408, FetchErrorKind::unavailable},
      {409, FetchErrorKind::unavailable},  {410, FetchErrorKind::not_found},    {422, FetchErrorKind::malformed},
      {425, FetchErrorKind::unavailable},  {429, FetchErrorKind::rate_limited}, {500, FetchErrorKind::unavailable},
      {503, FetchErrorKind::unavailable},  {504, FetchErrorKind::unavailable},  {599, FetchErrorKind::unavailable},
      {600, FetchErrorKind::malformed},    {204, FetchErrorKind::malformed},    {0, FetchErrorKind::malformed}};
  for (const auto& [status, kind] : table) {
    CAPTURE(status);
    CHECK(failure(status).kind == kind);
    CHECK(failure(status).http_status == status);
  }
}

TEST_CASE("Retry-After is honoured in both forms and never beyond an hour") {
  CHECK(failure(429).wait == seconds(60));
  CHECK(failure(429, {{"retry-after", "7"}}).wait == seconds(7));
  CHECK(failure(429, {{"retry-after", "0"}}).wait == seconds(0));
  CHECK(failure(429, {{"retry-after", "7.5"}}).wait == seconds(7));
  CHECK(failure(429, {{"retry-after", "99999999999999999999999"}}).wait == std::chrono::hours(1));
  CHECK(failure(429, {{"retry-after", "86400"}}).wait == std::chrono::hours(1));
  CHECK(failure(429, {{"retry-after", "-5"}}).wait == seconds(60));
  CHECK(failure(429, {{"retry-after", "soon"}}).wait == seconds(60));
  CHECK(failure(429, {{"retry-after", "Sun, 04 Jan 2026 05:33:48 GMT"}}).wait == seconds(30));
  CHECK(failure(429, {{"retry-after", "Sun, 04 Jan 2026 05:00:00 GMT"}}).wait == seconds(0));
  CHECK(failure(503, {{"retry-after", "3"}}).wait == seconds(3));
  CHECK_FALSE(failure(503).wait.has_value());
  CHECK_FALSE(failure(404, {{"retry-after", "3"}}).wait.has_value());
}

TEST_CASE("a CRM's text reaches the message cut and cleaned") {
  const auto error = failure(500, {}, "bad\r\nthing\x1b[31m" + std::string(10'000, 'x'));
  CHECK(error.message.starts_with("GET /x: HTTP 500: bad??thing?[31m"));
  CHECK(error.message.size() < 250);
}

TEST_CASE("no answer at all") {
  const auto of = [](HttpFailure::Kind kind) { return http_failure(HttpFailure{kind, "why"}, "GET /x"); };
  CHECK(of(HttpFailure::Kind::connect).kind == FetchErrorKind::unavailable);
  CHECK(of(HttpFailure::Kind::tls).kind == FetchErrorKind::unavailable);
  CHECK(of(HttpFailure::Kind::timeout).kind == FetchErrorKind::unavailable);
  CHECK(of(HttpFailure::Kind::broken).kind == FetchErrorKind::unavailable);
  CHECK(of(HttpFailure::Kind::too_large).kind == FetchErrorKind::malformed);
  CHECK(of(HttpFailure::Kind::connect).message == "GET /x: why");
}
