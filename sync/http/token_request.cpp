#include "sync/http/token_request.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <map>
#include <memory>
#include <vector>

#include "telephony/text/base64.h"
#include "telephony/text/json_writer.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::sync {
namespace {

// Salesforce refuses assertions that live longer than a few minutes.
constexpr std::chrono::seconds kAssertionLifetime{180};

template <auto Free>
struct Freed {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};

std::string json_text(const std::map<std::string, std::string>& fields) {
  std::string text;
  text::JsonWriter writer(text);
  writer.open('{');
  for (const auto& [name, value] : fields) writer.member(name, value);
  writer.close('}');
  return text;
}

std::string form_text(const std::map<std::string, std::string>& fields) {
  std::string text;
  for (const auto& [name, value] : fields) {
    text += (text.empty() ? "" : "&") + text::percent_encoded(name) + "=" + text::percent_encoded(value);
  }
  return text;
}

}  // namespace

std::expected<std::string, std::string> signed_jwt(const std::string& claims_json, const std::string& private_key_pem) {
  const std::unique_ptr<BIO, Freed<&BIO_free_all>> bio(
      BIO_new_mem_buf(private_key_pem.data(), static_cast<int>(private_key_pem.size())));
  // An empty passphrase, so that OpenSSL does not ask for one on the terminal.
  char no_passphrase[] = "";
  const std::unique_ptr<EVP_PKEY, Freed<&EVP_PKEY_free>> key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, no_passphrase));
  if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA) {
    return std::unexpected("the private key is no unencrypted RSA key in PEM form");
  }
  const std::string text = text::base64_url(R"({"alg":"RS256","typ":"JWT"})") + "." + text::base64_url(claims_json);
  const std::unique_ptr<EVP_MD_CTX, Freed<&EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  std::size_t length = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &length, bytes, text.size()) != 1) {
    return std::unexpected("the private key cannot sign");
  }
  std::vector<unsigned char> signature(length);
  if (EVP_DigestSign(context.get(), signature.data(), &length, bytes, text.size()) != 1) {
    return std::unexpected("the private key cannot sign");
  }
  return text + "." + text::base64_url({reinterpret_cast<const char*>(signature.data()), length});
}

std::expected<HttpRequest, std::string> token_request(const OAuth& oauth, const std::string& refresh_token,
                                                      index::TimePoint now) {
  HttpRequest request;
  request.method = "POST";
  request.target = oauth.target;
  request.headers = {{"Accept", "application/json"}};
  std::map<std::string, std::string> fields;
  if (std::holds_alternative<RefreshTokenFlow>(oauth.flow)) {
    fields = {{"grant_type", "refresh_token"}, {"refresh_token", refresh_token}};
  } else if (std::holds_alternative<ClientCredentialsFlow>(oauth.flow)) {
    fields = {{"grant_type", "client_credentials"}};
  } else {
    const auto& jwt = std::get<JwtBearerFlow>(oauth.flow);
    const auto expires = std::chrono::floor<std::chrono::seconds>(now) + kAssertionLifetime;
    std::string claims;
    text::JsonWriter(claims)
        .open('{')
        .member("aud", jwt.audience)
        .member("exp", expires.time_since_epoch().count())
        .member("iss", oauth.client_id)
        .member("sub", jwt.username)
        .close('}');
    const auto assertion = signed_jwt(claims, jwt.private_key);
    if (!assertion) return std::unexpected(assertion.error());
    // The assertion is all that proves who asks.
    request.content_type = "application/x-www-form-urlencoded";
    request.body =
        form_text({{"grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"}, {"assertion", *assertion}});
    return request;
  }
  if (oauth.body == OAuth::Body::form_and_basic) {
    request.headers["Authorization"] = "Basic " + text::base64_encode(oauth.client_id + ":" + oauth.client_secret);
  } else {
    fields["client_id"] = oauth.client_id;
    fields["client_secret"] = oauth.client_secret;
  }
  request.content_type = oauth.body == OAuth::Body::json ? "application/json" : "application/x-www-form-urlencoded";
  request.body = oauth.body == OAuth::Body::json ? json_text(fields) : form_text(fields);
  return request;
}

}  // namespace ringdex::sync
