#include "sync/connectors/salesforce/salesforce_api.h"

#include <charconv>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "sync/http/http_failure.h"

namespace ringdex::sync {
namespace {

constexpr std::string_view kSessionEnded = "INVALID_SESSION_ID";
constexpr std::string_view kLimitExceeded = "REQUEST_LIMIT_EXCEEDED";
// Too many long requests at once; Salesforce names no time.
constexpr std::chrono::seconds kConcurrencyWait{30};
constexpr std::size_t kErrorBodyBytesMax = 64 * 1024;
constexpr std::size_t kCodeBytesMax = 100;

std::string what_of(const std::string& target) {
  return "GET " + target.substr(0, target.find('?'));
}

// The first of these members of the first error that is a text; empty if there is none.
std::string error_text(const HttpResponse& response, std::initializer_list<std::string_view> names) {
  if (response.body.size() > kErrorBodyBytesMax) return {};
  const auto body = text::JsonDocument::parse(response.body);
  if (!body) return {};
  const text::JsonView error = body->root().is_list() ? body->root().at(0) : body->root();
  for (const std::string_view name : names) {
    if (auto text = error[name].text_or_empty(); !text.empty()) return text;
  }
  return {};
}

bool is_over_limit(const HttpResponse& response) {
  return response.status >= 400 && salesforce_error_code(response) == kLimitExceeded;
}

bool is_concurrency(const HttpResponse& response) {
  return error_text(response, {"message"}).find("oncurrent") != std::string::npos;
}

// Also where the status is not 401; the SOAP side says it with 500.
bool is_session_ended(const HttpResponse& response) {
  return response.status == 401 || (response.status >= 400 && response.body.size() <= kErrorBodyBytesMax &&
                                    response.body.find(kSessionEnded) != std::string::npos);
}

SalesforceError failure_of(const HttpResponse& response, const std::string& what, TimePoint now) {
  SalesforceError failure{http_failure(response, what, now), salesforce_error_code(response)};
  FetchError& error = failure.error;
  if (failure.code == kLimitExceeded) {
    error.kind = FetchErrorKind::rate_limited;
    error.wait = is_concurrency(response) ? kConcurrencyWait : DailyQuota::kProbeInterval;
  } else if (is_session_ended(response)) {
    error.kind = FetchErrorKind::unauthorized;
  } else if (failure.code == "QUERY_TIMEOUT") {
    error.kind = FetchErrorKind::unavailable;
  } else if (error.kind == FetchErrorKind::not_found) {
    // What is asked for is always there; 404 means that the address, the version or the permission is wrong.
    error.kind = FetchErrorKind::malformed;
  }
  return failure;
}

std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc()) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

}  // namespace

std::string salesforce_error_code(const HttpResponse& response) {
  const std::string code = error_text(response, {"errorCode", "error"});
  return code.size() > kCodeBytesMax ? std::string() : code;
}

std::optional<SalesforceUsage> read_salesforce_usage(const std::string& header) {
  constexpr std::string_view kName = "api-usage=";
  // Not the end of "per-app-api-usage=".
  auto at = header.find(kName);
  while (at != std::string::npos && at > 0 && header[at - 1] == '-') at = header.find(kName, at + 1);
  if (at == std::string::npos) return std::nullopt;
  std::string_view rest = std::string_view(header).substr(at + kName.size());
  const auto used = take_number(rest);
  if (!used || !rest.starts_with('/')) return std::nullopt;
  rest.remove_prefix(1);
  const auto limit = take_number(rest);
  if (!limit) return std::nullopt;
  return SalesforceUsage{*used, *limit};
}

SalesforceApi::SalesforceApi(SalesforceShared shared, std::shared_ptr<MovingHttpClient> http)
    : shared_(shared), api_(shared.credential, std::move(http)) {}

std::optional<std::chrono::milliseconds> SalesforceApi::permit(TimePoint now) {
  if (const auto wait = shared_.budget.take(now)) return wait;
  return shared_.quota.take(now);
}

void SalesforceApi::observe_limits(const HttpResponse& response, TimePoint now) {
  const auto header = response.headers.find("sforce-limit-info");
  if (header != response.headers.end()) {
    if (const auto usage = read_salesforce_usage(header->second)) shared_.quota.announced(usage->used, usage->limit);
  }
  if (!is_over_limit(response)) return;
  if (is_concurrency(response)) {
    shared_.budget.pause_until(now + kConcurrencyWait);
  } else {
    shared_.quota.exhausted(now);
  }
}

std::expected<SalesforceApi::Answer, SalesforceError> SalesforceApi::get(const std::string& target, TimePoint now) {
  const CrmApi::Rules rules{
      .permit = [this](TimePoint at) { return permit(at); },
      .observe = [this](const HttpResponse& response, TimePoint at) { observe_limits(response, at); },
      .is_refused = is_session_ended};
  HttpRequest request;
  request.target = target;
  const std::string what = what_of(target);
  const auto response = api_.send(request, what, rules, now);
  if (!response) return std::unexpected(SalesforceError{response.error(), ""});
  if (response->status != 200) return std::unexpected(failure_of(*response, what, now));
  auto body = text::JsonDocument::parse(response->body);
  if (!body || !(body->root().is_object() || body->root().is_list())) {
    return std::unexpected(SalesforceError{
        {FetchErrorKind::malformed, what + ": the answer is not whole JSON", std::nullopt, response->status}, ""});
  }
  return Answer{*std::move(body), answered_at(*response, now)};
}

}  // namespace ringdex::sync
