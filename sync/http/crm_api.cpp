#include "sync/http/crm_api.h"

#include <charconv>
#include <utility>

#include "sync/http/http_failure.h"
#include "telephony/text/times.h"

namespace ringdex::sync {

std::expected<HttpResponse, HttpFailure> MovingHttpClient::send(const HttpRequest& request,
                                                                const std::string& base_url) {
  const std::string& wanted = base_url.empty() ? configured_ : base_url;
  if (!http_ || wanted != current_) {
    auto fresh = make_(wanted);
    const std::lock_guard lock(mutex_);
    http_ = std::move(fresh);
    current_ = wanted;
  }
  return http_->send(request);
}

void MovingHttpClient::cancel() {
  const std::lock_guard lock(mutex_);
  if (http_) http_->cancel();
}

CrmApi::CrmApi(Credential& credential, std::shared_ptr<MovingHttpClient> http)
    : credential_(credential), http_(std::move(http)) {}

std::expected<HttpResponse, FetchError> CrmApi::send(const HttpRequest& request, const std::string& what,
                                                     const Rules& rules, index::TimePoint now) {
  auto grant = credential_.authorization(now);
  if (!grant) return std::unexpected(grant.error());
  auto response = send_once(request, *grant, what, rules, now);
  if (!response) return response;
  const bool refused = rules.is_refused ? rules.is_refused(*response) : response->status == 401;
  if (!refused) return response;
  grant = credential_.after_refusal(*grant, now);
  if (!grant) return std::unexpected(grant.error());
  return send_once(request, *grant, what, rules, now);
}

std::expected<HttpResponse, FetchError> CrmApi::send_once(const HttpRequest& request, const Grant& grant,
                                                          const std::string& what, const Rules& rules,
                                                          index::TimePoint now) {
  if (const auto wait = rules.permit ? rules.permit(now) : std::nullopt) {
    return std::unexpected(
        FetchError{FetchErrorKind::rate_limited, what + ": the source's own budget is used up", wait, 0});
  }
  HttpRequest sent = request;
  sent.headers.try_emplace("Accept", "application/json");
  sent.headers[grant.header] = grant.value;
  ++requests_sent_;
  auto response = http_->send(sent, grant.base_url);
  if (!response) return std::unexpected(http_failure(response.error(), what));
  if (rules.observe) rules.observe(*response, now);
  return *std::move(response);
}

RequestsLeft left_of(const RateBudget& budget, const DailyQuota& quota, index::TimePoint now) {
  RequestsLeft left{.today = quota.left(), .of_today = quota.of_a_day()};
  if (budget.requests_per_minute() != 0) left.this_minute = budget.available(now);
  return left;
}

index::TimePoint answered_at(const HttpResponse& response, index::TimePoint now) {
  const auto date = response.headers.find("date");
  const auto parsed = date == response.headers.end() ? std::nullopt : text::parse_http_date(date->second);
  return parsed.value_or(now);
}

std::optional<std::uint64_t> number_header(const HttpResponse& response, const std::string& name) {
  const auto header = response.headers.find(name);
  if (header == response.headers.end()) return std::nullopt;
  const std::string& text = header->second;
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace ringdex::sync
