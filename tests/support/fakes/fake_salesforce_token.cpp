#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "telephony/text/base64.h"
#include "tests/support/fakes/fake_salesforce_api.h"

// The token endpoint of the fake Salesforce: the three flows, each as its vendor page asks for it.
namespace ringdex::test_support {
namespace {

using nlohmann::json;

FakeAnswer refusal(const std::string& error, const std::string& description) {
  return {400, json{{"error", error}, {"error_description", description}}.dump(), {}};
}

std::optional<std::string> from_base64_url(std::string text) {
  for (char& c : text) {
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  while (text.size() % 4 != 0) text += '=';
  return text::base64_decode(text);
}

bool signature_holds(const std::string& message, const std::string& signature, const std::string& public_key) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(public_key.data(), static_cast<int>(public_key.size())), &BIO_free_all);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  return key != nullptr && EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()), signature.size(),
                          reinterpret_cast<const unsigned char*>(message.data()), message.size()) == 1;
}

}  // namespace

// Nothing: it is good.
std::optional<std::string> FakeSalesforceApi::refuse_assertion(const std::string& assertion) const {
  const auto first = assertion.find('.');
  const auto second = assertion.find('.', first + 1);
  if (first == std::string::npos || second == std::string::npos) return "not a JWT";
  const auto header = from_base64_url(assertion.substr(0, first));
  const auto claims = from_base64_url(assertion.substr(first + 1, second - first - 1));
  const auto signature = from_base64_url(assertion.substr(second + 1));
  if (!header || !claims || !signature) return "not base64url";
  if (json::parse(*header, nullptr, false).value("alg", "") != "RS256") return "algorithm";
  if (!signature_holds(assertion.substr(0, second), *signature, options.jwt_public_key)) return "invalid signature";
  const auto claimed = json::parse(*claims, nullptr, false);
  if (claimed.value("iss", "") != options.client_id) return "issuer";
  if (claimed.value("sub", "") != options.jwt_username) return "user hasn't approved this consumer";
  if (claimed.value("aud", "") != options.jwt_audience) return "audience is invalid";
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now()).time_since_epoch().count();
  const auto expires = claimed.value("exp", std::int64_t{0});
  if (expires <= seconds || expires > seconds + 300) return "expiration";
  return std::nullopt;
}

FakeAnswer FakeSalesforceApi::give_token(const FakeRequest& request) {
  const std::string type = request.header("content-type");
  if (!type.starts_with("application/x-www-form-urlencoded")) return refusal("invalid_request", "content type");
  const std::string grant = request.param("grant_type");
  const bool form_client =
      request.param("client_id") == options.client_id && request.param("client_secret") == options.client_secret;
  const bool basic_client = request.header("authorization") ==
                            "Basic " + text::base64_encode(options.client_id + ":" + options.client_secret);
  json answer{{"token_type", "Bearer"},
              {"instance_url", base_url()},
              {"id", base_url() + "/id/00D5e0000000001EAA/0055e0000000001AAA"},
              {"issued_at", std::to_string(now().time_since_epoch().count())},
              {"signature", "c2lnbmF0dXJl"}};
  if (grant == "refresh_token") {
    if (!form_client && !basic_client) return refusal("invalid_client_id", "client identifier invalid");
    if (refresh_token_.empty() || request.param("refresh_token") != refresh_token_) {
      return refusal("invalid_grant", "expired access/refresh token");
    }
    if (options.rotate_refresh_tokens) {
      refresh_token_ = fmt::format("refresh-{}", tokens_given_ + 1);
      answer["refresh_token"] = refresh_token_;
    }
  } else if (grant == "client_credentials") {
    if (!basic_client && !form_client) return refusal("invalid_client", "invalid client credentials");
    if (!options.client_credentials) return refusal("invalid_grant", "no client credentials user enabled");
    answer["api_instance_url"] = "https://api.salesforce.com";
  } else if (grant == "urn:ietf:params:oauth:grant-type:jwt-bearer") {
    if (options.jwt_public_key.empty()) return refusal("invalid_grant", "user hasn't approved this consumer");
    if (const auto why = refuse_assertion(request.param("assertion"))) return refusal("invalid_grant", *why);
  } else {
    return refusal("unsupported_grant_type", "grant type not supported");
  }
  const std::string token = fmt::format("00D5e0000000001!access.{}", ++tokens_given_);
  access_tokens_[token] = now() + options.access_token_lifetime;
  answer["access_token"] = token;
  return {200, answer.dump(), {}};
}

}  // namespace ringdex::test_support
