#include "sync/credential.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "sync/base64.h"
#include "sync/http_failure.h"
#include "sync/json_fields.h"
#include "sync/shown_text.h"

namespace ringdex::sync {
namespace {

constexpr std::size_t kTokenBytesMax = 16 * 1024;

FetchError unauthorized(std::string message, int status) {
  return {FetchErrorKind::unauthorized, std::move(message), std::nullopt, status};
}

// A token goes into a header line: anything but visible ASCII would break out of it.
bool fits_header(const std::string& token) {
  if (token.empty() || token.size() > kTokenBytesMax) return false;
  for (const char c : token) {
    if (c <= ' ' || c > '~') return false;
  }
  return true;
}

// The `error` code of an OAuth answer (RFC 6749, section 5.2). The rest of such an answer stays out of messages.
std::string error_code(const HttpResponse& response) {
  const auto json = read_json(response.body);
  return json ? text_member(*json, "error") : std::string();
}

}  // namespace

Credential::Credential(Auth auth, std::string token_target, TokenStore store)
    : auth_(std::move(auth)), token_target_(std::move(token_target)), store_(std::move(store)) {
  if (const auto* oauth = std::get_if<OAuthRefreshAuth>(&auth_)) {
    if (store_.load) refresh_token_ = store_.load();
    if (refresh_token_.empty()) refresh_token_ = oauth->refresh_token;
  }
}

std::expected<std::string, FetchError> Credential::authorization(HttpClient& http) {
  if (const auto* basic = std::get_if<ApiTokenAuth>(&auth_)) {
    return "Basic " + base64_encode(basic->email + "/token:" + basic->token);
  }
  if (const auto* bearer = std::get_if<BearerAuth>(&auth_)) return "Bearer " + bearer->token;
  const std::scoped_lock lock(mutex_);
  if (access_token_.empty()) return refresh(http);
  return "Bearer " + access_token_;
}

std::expected<std::string, FetchError> Credential::after_refusal(HttpClient& http, const std::string& refused) {
  if (!std::holds_alternative<OAuthRefreshAuth>(auth_)) {
    return std::unexpected(unauthorized("the credential is refused (HTTP 401)", 401));
  }
  const std::scoped_lock lock(mutex_);
  // Another thread refreshed while this one was told no.
  if (!access_token_.empty() && "Bearer " + access_token_ != refused) return "Bearer " + access_token_;
  return refresh(http);
}

std::expected<std::string, FetchError> Credential::refresh(HttpClient& http) {
  if (unsaved_) {
    Pair pair = *std::move(unsaved_);
    unsaved_.reset();
    return adopt(std::move(pair));
  }
  // The kept token first; if it is refused, what another process kept meanwhile, then what an admin configured anew.
  std::array<std::string, 3> tried = {refresh_token_, "", std::get<OAuthRefreshAuth>(auth_).refresh_token};
  auto pair = request_pair(http, tried[0]);
  for (std::size_t i = 1; i < tried.size() && !pair && pair.error().kind == FetchErrorKind::unauthorized; ++i) {
    if (i == 1 && store_.load) tried[1] = store_.load();
    if (tried[i].empty() || tried[i] == tried[0] || (i == 2 && tried[2] == tried[1])) continue;
    pair = request_pair(http, tried[i]);
  }
  if (!pair) return std::unexpected(pair.error());
  return adopt(*std::move(pair));
}

std::expected<Credential::Pair, FetchError> Credential::request_pair(HttpClient& http,
                                                                     const std::string& refresh_token) {
  const auto& oauth = std::get<OAuthRefreshAuth>(auth_);
  HttpRequest request;
  request.method = "POST";
  request.target = token_target_;
  request.content_type = "application/json";
  request.body = nlohmann::json{{"grant_type", "refresh_token"},
                                {"refresh_token", refresh_token},
                                {"client_id", oauth.client_id},
                                {"client_secret", oauth.client_secret}}
                     .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  const std::string what = "POST " + token_target_;
  const auto response = http.send(request);
  if (!response) return std::unexpected(http_failure(response.error(), what));
  if (response->status < 200 || response->status > 299) {
    const std::string code = error_code(*response);
    if (response->status >= 400 && response->status < 500 && !code.empty() && response->status != 429) {
      return std::unexpected(unauthorized(what + ": " + shown(code), response->status));
    }
    // The body may repeat what was sent, so it does not reach the message.
    const HttpResponse without_body{response->status, response->headers, ""};
    return std::unexpected(http_failure(without_body, what, index::TimePoint{}));
  }
  const auto json = read_json(response->body);
  Pair pair;
  if (json) {
    pair = {text_member(*json, "access_token"), text_member(*json, "refresh_token")};
    if (pair.refresh_token.empty()) pair.refresh_token = refresh_token;
  }
  if (!fits_header(pair.access_token) || pair.refresh_token.size() > kTokenBytesMax) {
    return std::unexpected(FetchError{FetchErrorKind::malformed, what + ": no usable access_token in the answer",
                                      std::nullopt, response->status});
  }
  return pair;
}

std::expected<std::string, FetchError> Credential::adopt(Pair pair) {
  if (pair.refresh_token != refresh_token_ && store_.save && !store_.save(pair.refresh_token)) {
    unsaved_ = std::move(pair);
    return std::unexpected(FetchError{FetchErrorKind::unavailable,
                                      "the rotated refresh token could not be saved; it is not used before it is",
                                      std::nullopt, 0});
  }
  access_token_ = std::move(pair.access_token);
  refresh_token_ = std::move(pair.refresh_token);
  return "Bearer " + access_token_;
}

}  // namespace ringdex::sync
