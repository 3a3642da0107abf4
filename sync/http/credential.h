#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

#include "index/records/record.h"
#include "sync/fetch_error.h"
#include "sync/http/http_client.h"
#include "sync/http/token_request.h"

namespace ringdex::sync {

// What lets a request in, and where it goes.
struct Grant {
  std::string header = "Authorization";
  std::string value;
  std::string base_url;  // where the token answer says that the API is; empty: the configured address
  bool operator==(const Grant&) const = default;
};

// A credential that is its header's value, and needs no request.
struct FixedAuth {
  std::string header = "Authorization";
  std::string value;
};
FixedAuth basic_auth(const std::string& user, const std::string& password);
FixedAuth bearer_auth(const std::string& token);

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
  using Auth = std::variant<FixedAuth, OAuth>;
  // `http` talks to the token endpoint; none is needed for a FixedAuth.
  Credential(Auth auth, std::unique_ptr<HttpClient> http, TokenStore store);

  // Fetches the first access token if need be.
  std::expected<Grant, FetchError> authorization(index::TimePoint now);
  // After a 401 with `refused`: a grant worth one more try, or unauthorized. Refreshes at most once per refused value.
  std::expected<Grant, FetchError> after_refusal(const Grant& refused, index::TimePoint now);
  // Ends a token request in flight. Safe from any thread.
  void cancel();

 private:
  struct Tokens {
    std::string access_token;
    std::string refresh_token;  // empty where the flow has none
    std::string base_url;
  };
  std::expected<Grant, FetchError> renew(const OAuth& oauth, index::TimePoint now);
  std::expected<Tokens, FetchError> request_tokens(const OAuth& oauth, const std::string& refresh_token,
                                                   index::TimePoint now);
  std::expected<Grant, FetchError> adopt(Tokens tokens);
  Grant grant() const;

  const Auth auth_;
  const std::unique_ptr<HttpClient> http_;
  const TokenStore store_;
  std::mutex mutex_;
  // Under mutex_, which is held through a refresh.
  Tokens tokens_;
  std::optional<Tokens> unsaved_;
};

}  // namespace ringdex::sync
