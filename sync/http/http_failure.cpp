#include "sync/http/http_failure.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "telephony/text/printable.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWaitWithoutRetryAfter = std::chrono::seconds(60);
// A longer wait is a mistake or malice; the source is asked again after this at the latest.
constexpr milliseconds kWaitMax = std::chrono::hours(1);

std::optional<milliseconds> retry_after(const HttpResponse& response, index::TimePoint now) {
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end()) return std::nullopt;
  const std::string& text = header->second;
  std::uint64_t seconds = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (problem == std::errc::result_out_of_range) return kWaitMax;
  if (problem == std::errc() && (end == text.data() + text.size() || *end == '.')) {
    const auto most = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(kWaitMax).count());
    return std::chrono::seconds(std::min(seconds, most));
  }
  if (const auto date = text::parse_http_date(text)) return std::clamp(*date - now, milliseconds(0), kWaitMax);
  return std::nullopt;
}

FetchErrorKind kind_of(int status) {
  switch (status) {
    case 401:
    case 403:  // a scope or role is missing: only an admin can help
      return FetchErrorKind::unauthorized;
    case 404:
    case 410:
      return FetchErrorKind::not_found;
    case 429:
      return FetchErrorKind::rate_limited;
    case 408:
    case 409:
    case 425:
      return FetchErrorKind::unavailable;
    default:
      return status >= 500 && status <= 599 ? FetchErrorKind::unavailable : FetchErrorKind::malformed;
  }
}

}  // namespace

FetchError http_failure(const HttpResponse& response, const std::string& what, index::TimePoint now) {
  FetchError error{kind_of(response.status), "", std::nullopt, response.status};
  error.message = fmt::format("{}: HTTP {}", what, response.status);
  if (!response.body.empty()) error.message += ": " + text::printable(response.body);
  if (error.kind == FetchErrorKind::rate_limited) {
    error.wait = retry_after(response, now).value_or(kWaitWithoutRetryAfter);
  } else if (error.kind == FetchErrorKind::unavailable) {
    error.wait = retry_after(response, now);
  }
  return error;
}

FetchError http_failure(const HttpFailure& failure, const std::string& what) {
  const auto kind =
      failure.kind == HttpFailure::Kind::too_large ? FetchErrorKind::malformed : FetchErrorKind::unavailable;
  return {kind, what + ": " + failure.message, std::nullopt, 0};
}

}  // namespace ringdex::sync
