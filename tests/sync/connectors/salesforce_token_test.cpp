#include <doctest/doctest.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "tests/sync/connectors/salesforce_rig.h"

using namespace ringdex::sync;
using ringdex::test_support::FakeSalesforceOptions;

// The JWT bearer flow; its signature is checked by the fake with the public key alone.
namespace {

struct KeyPair {
  std::string private_pem;
  std::string public_pem;
};

KeyPair make_key_pair() {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), &EVP_PKEY_free);
  REQUIRE(key);
  const auto text = [](auto write) {
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(BIO_new(BIO_s_mem()), &BIO_free_all);
    REQUIRE(write(bio.get()) == 1);
    char* data = nullptr;
    const auto size = BIO_get_mem_data(bio.get(), &data);
    return std::string(data, static_cast<std::size_t>(size));
  };
  return {
      text([&](BIO* bio) { return PEM_write_bio_PrivateKey(bio, key.get(), nullptr, nullptr, 0, nullptr, nullptr); }),
      text([&](BIO* bio) { return PEM_write_bio_PUBKEY(bio, key.get()); })};
}

OAuth jwt_flow(const std::string& private_pem, const std::string& username = "bot@acme.example") {
  return {"a-consumer-key",
          "",
          JwtBearerFlow{username, "https://login.salesforce.com", private_pem},
          "/services/oauth2/token",
          OAuth::Body::form,
          "instance_url"};
}

}  // namespace

TEST_CASE("salesforce: an assertion signed with the app's key lets in, again and again") {
  const auto keys = make_key_pair();
  FakeSalesforceOptions options;
  options.jwt_public_key = keys.public_pem;
  SalesforceRig rig(options, 50, jwt_flow(keys.private_pem));
  rig.salesforce.generate(80, 31);
  PageMirror mirror;
  std::string cursor;
  rig.run(cursor, mirror);
  rig.check_equal(mirror);
  for (int i = 2; i < 5; ++i) {
    rig.pass(std::chrono::hours(3));
    rig.run(cursor, mirror);
    CHECK(rig.salesforce.counts().at("token") == static_cast<unsigned>(i));
  }
}

TEST_CASE("salesforce: another key or user is refused, and no key is told") {
  const auto keys = make_key_pair();
  const auto others = make_key_pair();
  FakeSalesforceOptions options;
  options.jwt_public_key = keys.public_pem;
  for (const auto& flow : {jwt_flow(others.private_pem), jwt_flow(keys.private_pem, "other@acme.example")}) {
    SalesforceRig rig(options, 50, flow);
    const auto page = rig.connector->next_page("", rig.now());
    REQUIRE_FALSE(page);
    CHECK(page.error().kind == FetchErrorKind::unauthorized);
    CHECK(page.error().message.find("PRIVATE") == std::string::npos);
    CHECK(page.error().message.find("invalid_grant") != std::string::npos);
  }
}
