#pragma once

#include <expected>
#include <string>
#include <variant>

#include "index/records/record.h"
#include "sync/http/http_client.h"

namespace ringdex::sync {

// How an access token is come by (RFC 6749, RFC 7523).
struct RefreshTokenFlow {
  std::string refresh_token;  // as configured; a rotated one is kept by the TokenStore
};
struct ClientCredentialsFlow {};
struct JwtBearerFlow {
  std::string username;     // the claim `sub`
  std::string audience;     // the claim `aud`: "https://login.salesforce.com"
  std::string private_key;  // PEM, RSA; signed with RS256
};

// One OAuth client and the shape in which its token endpoint wants to be asked.
struct OAuth {
  enum class Body {
    json,            // Zendesk
    form,            // Salesforce: the client's id and secret among the fields
    form_and_basic,  // Pipedrive: the client's id and secret as HTTP Basic
  };
  std::string client_id;
  std::string client_secret;
  std::variant<RefreshTokenFlow, ClientCredentialsFlow, JwtBearerFlow> flow;
  std::string target = "/oauth/tokens";
  Body body = Body::json;
  std::string base_url_field;  // of the answer: "instance_url", "api_domain"; empty: it has none
};

// The request for a token; `refresh_token` is the one to use in that flow. The error says what is wrong with the key.
std::expected<HttpRequest, std::string> token_request(const OAuth& oauth, const std::string& refresh_token,
                                                      index::TimePoint now);

// A JSON Web Token signed with RS256 (RFC 7519, RFC 7515), or nothing if the PEM holds no RSA key.
std::expected<std::string, std::string> signed_jwt(const std::string& claims_json, const std::string& private_key_pem);

}  // namespace ringdex::sync
