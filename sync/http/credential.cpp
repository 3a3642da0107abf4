#include "sync/http/credential.h"

#include <array>
#include <utility>

#include "sync/http/api_address.h"
#include "sync/http/http_failure.h"
#include "telephony/text/base64.h"
#include "telephony/text/json_value.h"
#include "telephony/text/printable.h"

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
  const auto answer = text::JsonDocument::parse(response.body);
  return answer ? (*answer)["error"].text_or_empty() : std::string();
}

}  // namespace

FixedAuth basic_auth(const std::string& user, const std::string& password) {
  return {"Authorization", "Basic " + text::base64_encode(user + ":" + password)};
}

FixedAuth bearer_auth(const std::string& token) {
  return {"Authorization", "Bearer " + token};
}

Credential::Credential(Auth auth, std::unique_ptr<HttpClient> http, TokenStore store)
    : auth_(std::move(auth)), http_(std::move(http)), store_(std::move(store)) {
  if (const auto* oauth = std::get_if<OAuth>(&auth_)) {
    if (const auto* flow = std::get_if<RefreshTokenFlow>(&oauth->flow)) {
      if (store_.load) tokens_.refresh_token = store_.load();
      if (tokens_.refresh_token.empty()) tokens_.refresh_token = flow->refresh_token;
    }
  }
}

std::expected<Grant, FetchError> Credential::authorization(index::TimePoint now) {
  if (const auto* fixed = std::get_if<FixedAuth>(&auth_)) return Grant{fixed->header, fixed->value, ""};
  const std::scoped_lock lock(mutex_);
  if (tokens_.access_token.empty()) return renew(std::get<OAuth>(auth_), now);
  return grant();
}

std::expected<Grant, FetchError> Credential::after_refusal(const Grant& refused, index::TimePoint now) {
  const auto* oauth = std::get_if<OAuth>(&auth_);
  if (oauth == nullptr) return std::unexpected(unauthorized("the credential is refused (HTTP 401)", 401));
  const std::scoped_lock lock(mutex_);
  // Another thread refreshed while this one was told no.
  if (!tokens_.access_token.empty() && grant().value != refused.value) return grant();
  return renew(*oauth, now);
}

void Credential::cancel() {
  if (http_) http_->cancel();
}

std::expected<Grant, FetchError> Credential::renew(const OAuth& oauth, index::TimePoint now) {
  if (unsaved_) {
    Tokens tokens = *std::move(unsaved_);
    unsaved_.reset();
    return adopt(std::move(tokens));
  }
  const auto* flow = std::get_if<RefreshTokenFlow>(&oauth.flow);
  // The kept token first; if it is refused, what another process kept meanwhile, then what an admin configured anew.
  std::array<std::string, 3> tried = {tokens_.refresh_token, "", flow == nullptr ? "" : flow->refresh_token};
  auto tokens = request_tokens(oauth, tried[0], now);
  for (std::size_t i = 1; i < tried.size() && !tokens && tokens.error().kind == FetchErrorKind::unauthorized; ++i) {
    if (i == 1 && flow != nullptr && store_.load) tried[1] = store_.load();
    if (tried[i].empty() || tried[i] == tried[0] || (i == 2 && tried[2] == tried[1])) continue;
    tokens = request_tokens(oauth, tried[i], now);
  }
  if (!tokens) return std::unexpected(tokens.error());
  return adopt(*std::move(tokens));
}

std::expected<Credential::Tokens, FetchError> Credential::request_tokens(const OAuth& oauth,
                                                                         const std::string& refresh_token,
                                                                         index::TimePoint now) {
  const std::string what = "POST " + oauth.target;
  const auto request = token_request(oauth, refresh_token, now);
  if (!request) return std::unexpected(unauthorized(what + ": " + request.error(), 0));
  const auto response = http_->send(*request);
  if (!response) return std::unexpected(http_failure(response.error(), what));
  if (response->status < 200 || response->status > 299) {
    const std::string code = error_code(*response);
    if (response->status >= 400 && response->status < 500 && !code.empty() && response->status != 429) {
      return std::unexpected(unauthorized(what + ": " + text::printable(code), response->status));
    }
    // The body may repeat what was sent, so it does not reach the message.
    const HttpResponse without_body{response->status, response->headers, ""};
    return std::unexpected(http_failure(without_body, what, now));
  }
  const auto malformed = [&](const char* why) {
    return std::unexpected(FetchError{FetchErrorKind::malformed, what + ": " + why, std::nullopt, response->status});
  };
  const auto answer = text::JsonDocument::parse(response->body);
  Tokens tokens;
  if (answer) {
    tokens = {(*answer)["access_token"].text_or_empty(), (*answer)["refresh_token"].text_or_empty(), ""};
    if (!oauth.base_url_field.empty()) tokens.base_url = (*answer)[oauth.base_url_field].text_or_empty();
  }
  if (!std::holds_alternative<RefreshTokenFlow>(oauth.flow)) {
    tokens.refresh_token.clear();
  } else if (tokens.refresh_token.empty()) {
    tokens.refresh_token = refresh_token;
  }
  while (tokens.base_url.ends_with('/')) tokens.base_url.pop_back();
  if (!fits_header(tokens.access_token) || tokens.refresh_token.size() > kTokenBytesMax) {
    return malformed("no usable access_token in the answer");
  }
  if (!tokens.base_url.empty() && !is_api_address(tokens.base_url)) {
    return malformed("the answer names no usable address of the API");
  }
  return tokens;
}

std::expected<Grant, FetchError> Credential::adopt(Tokens tokens) {
  if (tokens.refresh_token != tokens_.refresh_token && store_.save && !store_.save(tokens.refresh_token)) {
    unsaved_ = std::move(tokens);
    return std::unexpected(FetchError{FetchErrorKind::unavailable,
                                      "the rotated refresh token could not be saved; it is not used before it is",
                                      std::nullopt, 0});
  }
  tokens_ = std::move(tokens);
  return grant();
}

Grant Credential::grant() const {
  return {"Authorization", "Bearer " + tokens_.access_token, tokens_.base_url};
}

}  // namespace ringdex::sync
