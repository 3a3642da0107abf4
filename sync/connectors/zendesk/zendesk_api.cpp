#include "sync/connectors/zendesk/zendesk_api.h"

#include <utility>

#include "sync/http/http_failure.h"

namespace ringdex::sync {

std::string zendesk_what(const std::string& target) {
  return "GET " + target.substr(0, target.find('?'));
}

std::expected<text::JsonDocument, FetchError> zendesk_object(const HttpResponse& response, const std::string& what) {
  auto answer = text::JsonDocument::parse(response.body);
  if (!answer || !answer->root().is_object()) {
    return std::unexpected(FetchError{FetchErrorKind::malformed, what + ": the answer is not a whole JSON object",
                                      std::nullopt, response.status});
  }
  return *std::move(answer);
}

ZendeskApi::ZendeskApi(ZendeskShared shared, std::shared_ptr<MovingHttpClient> http)
    : shared_(shared), api_(shared.credential, std::move(http)) {}

std::expected<HttpResponse, FetchError> ZendeskApi::get(const std::string& target, Budget budget, TimePoint now) {
  auto& limit = budget == Budget::exports ? shared_.export_budget : shared_.account_budget;
  const CrmApi::Rules rules{
      .permit = [&limit](TimePoint at) { return limit.take(at); },
      .observe = [this, budget](const HttpResponse& response, TimePoint at) { observe_limits(response, budget, at); },
      .is_refused = nullptr};
  HttpRequest request;
  request.target = target;
  auto response = api_.send(request, zendesk_what(target), rules, now);
  if (!response) return response;
  if (response->status == 401 || response->status == 403 || response->status == 429) {
    return std::unexpected(http_failure(*response, zendesk_what(target), now));
  }
  return response;
}

std::expected<std::optional<text::JsonDocument>, FetchError> ZendeskApi::get_record(const std::string& target,
                                                                                    TimePoint now, TimePoint* as_of) {
  const auto response = get(target, Budget::account, now);
  if (!response) return std::unexpected(response.error());
  if (as_of != nullptr) *as_of = answered_at(*response, now);
  const std::string what = zendesk_what(target);
  if (response->status == 200) return zendesk_object(*response, what);
  auto failure = http_failure(*response, what, now);
  if (failure.kind == FetchErrorKind::not_found) {
    // A closed account and a wrong address answer 404 to everything, but not as the API does; believing them would
    // remove people who are there.
    const auto answer = text::JsonDocument::parse(response->body);
    if (answer && (*answer)["error"]) return std::nullopt;
    failure.kind = FetchErrorKind::malformed;
  }
  return std::unexpected(std::move(failure));
}

void ZendeskApi::observe_limits(const HttpResponse& response, Budget budget, TimePoint now) {
  // The ratelimit-* headers of an export may speak of the export's own limit; x-rate-limit is always the account's.
  const bool either = budget == Budget::account;
  auto limit = number_header(response, "x-rate-limit");
  auto remaining = number_header(response, "x-rate-limit-remaining");
  if (!limit && either) limit = number_header(response, "ratelimit-limit");
  if (!remaining && either) remaining = number_header(response, "ratelimit-remaining");
  if (limit) shared_.account_budget.limit_announced(*limit, now);
  if (remaining) shared_.account_budget.remaining_announced(*remaining, now);
  if (response.status == 429) {
    const auto failure = http_failure(response, "", now);
    auto& paused = budget == Budget::exports ? shared_.export_budget : shared_.account_budget;
    if (failure.wait) paused.pause_until(now + *failure.wait);
  }
}

}  // namespace ringdex::sync
