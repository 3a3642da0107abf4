#include "sync/connectors/zendesk_api.h"

#include <charconv>
#include <utility>

#include "sync/http_failure.h"
#include "sync/iso_time.h"
#include "sync/json_fields.h"

namespace ringdex::sync {
namespace {

std::optional<std::uint64_t> number_header(const HttpResponse& response, const char* name) {
  const auto header = response.headers.find(name);
  if (header == response.headers.end()) return std::nullopt;
  const std::string& text = header->second;
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string url_encoded(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
                       c == '_' || c == '.' || c == '~';
    if (plain) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      result += '%';
      result += kHex[byte >> 4U];
      result += kHex[byte & 15U];
    }
  }
  return result;
}

std::string zendesk_what(const std::string& target) {
  return "GET " + target.substr(0, target.find('?'));
}

std::expected<nlohmann::json, FetchError> zendesk_object(const HttpResponse& response, const std::string& what) {
  auto json = read_json(response.body);
  if (!json || !json->is_object()) {
    return std::unexpected(FetchError{FetchErrorKind::malformed, what + ": the answer is not a whole JSON object",
                                      std::nullopt, response.status});
  }
  return *std::move(json);
}

ZendeskApi::ZendeskApi(ZendeskShared shared, std::unique_ptr<HttpClient> http)
    : shared_(shared), http_(std::move(http)) {}

std::expected<HttpResponse, FetchError> ZendeskApi::get(const std::string& target, Budget budget, TimePoint now) {
  auto authorization = shared_.credential.authorization(*http_);
  if (!authorization) return std::unexpected(authorization.error());
  auto response = send(target, *authorization, budget, now);
  if (response && response->status == 401) {
    authorization = shared_.credential.after_refusal(*http_, *authorization);
    if (!authorization) return std::unexpected(authorization.error());
    response = send(target, *authorization, budget, now);
  }
  if (!response) return response;
  if (response->status == 401 || response->status == 403 || response->status == 429) {
    return std::unexpected(http_failure(*response, zendesk_what(target), now));
  }
  return response;
}

std::expected<std::optional<nlohmann::json>, FetchError> ZendeskApi::get_record(const std::string& target,
                                                                                TimePoint now, TimePoint* as_of) {
  const auto response = get(target, Budget::account, now);
  if (!response) return std::unexpected(response.error());
  if (as_of != nullptr) {
    const auto date = response->headers.find("date");
    const auto parsed = date == response->headers.end() ? std::nullopt : parse_http_date(date->second);
    *as_of = parsed.value_or(now);
  }
  const std::string what = zendesk_what(target);
  if (response->status == 200) return zendesk_object(*response, what);
  auto failure = http_failure(*response, what, now);
  if (failure.kind == FetchErrorKind::not_found) {
    // A closed account and a wrong address answer 404 to everything, but not as the API does; believing them would
    // remove people who are there.
    const auto json = read_json(response->body);
    if (json && member(*json, "error") != nullptr) return std::nullopt;
    failure.kind = FetchErrorKind::malformed;
  }
  return std::unexpected(std::move(failure));
}

std::expected<HttpResponse, FetchError> ZendeskApi::send(const std::string& target, const std::string& authorization,
                                                         Budget budget, TimePoint now) {
  auto& limit = budget == Budget::exports ? shared_.export_budget : shared_.account_budget;
  if (const auto wait = limit.take(now)) {
    return std::unexpected(FetchError{FetchErrorKind::rate_limited,
                                      zendesk_what(target) + ": the source's own budget is used up", wait, 0});
  }
  HttpRequest request;
  request.target = target;
  request.headers = {{"Accept", "application/json"}, {"Authorization", authorization}};
  ++requests_sent_;
  const auto response = http_->send(request);
  if (!response) return std::unexpected(http_failure(response.error(), zendesk_what(target)));
  heed_limits(*response, budget, now);
  return *response;
}

void ZendeskApi::heed_limits(const HttpResponse& response, Budget budget, TimePoint now) {
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
