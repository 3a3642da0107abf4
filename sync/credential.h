#pragma once

#include <expected>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "sync/fetch_error.h"
#include "sync/http_client.h"

namespace ringdex::sync {

struct ApiTokenAuth {  // HTTP Basic with `email/token:token` (Zendesk)
  std::string email;
  std::string token;
};
struct BearerAuth {
  std::string token;
};
struct OAuthRefreshAuth {
  std::string client_id;
  std::string client_secret;
  std::string refresh_token;  // as configured; a rotated one is kept by the TokenStore
};

// Where a rotated refresh token survives a restart. `save` must have made it durable before it returns true.
struct TokenStore {
  std::function<std::string()> load;  // empty: none kept
  std::function<bool(const std::string&)> save;
};

// The credential of one source, shared by all its connector instances. Safe from any thread: of several threads that
// meet an expired token one refreshes, the others wait and use its result (a second refresh would void the first).
// A rotated pair is used only once its refresh token is saved; a pair that could not be saved is kept aside and saved
// before anything else is tried, since the CRM has voided the pair before it.
class Credential {
 public:
  using Auth = std::variant<ApiTokenAuth, BearerAuth, OAuthRefreshAuth>;
  Credential(Auth auth, std::string token_target, TokenStore store);

  // The Authorization header's value; fetches the first access token if need be.
  std::expected<std::string, FetchError> authorization(HttpClient& http);
  // After a 401 with `refused`: a value worth one more try, or unauthorized. Refreshes at most once per refused value.
  std::expected<std::string, FetchError> after_refusal(HttpClient& http, const std::string& refused);

 private:
  struct Pair {
    std::string access_token;
    std::string refresh_token;
  };
  std::expected<std::string, FetchError> refresh(HttpClient& http);
  std::expected<Pair, FetchError> request_pair(HttpClient& http, const std::string& refresh_token);
  std::expected<std::string, FetchError> adopt(Pair pair);

  const Auth auth_;
  const std::string token_target_;  // "/oauth/tokens"
  const TokenStore store_;
  std::mutex mutex_;
  // Under mutex_, which is held through a refresh.
  std::string access_token_;
  std::string refresh_token_;
  std::optional<Pair> unsaved_;
};

}  // namespace ringdex::sync
