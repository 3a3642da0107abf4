#include "server/access/record_links.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <charconv>

#include "server/access/secret_text.h"
#include "server/system/private_file.h"
#include "telephony/text/base64.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {
namespace {

constexpr std::size_t kLinkSecretBytes = 32;

}  // namespace

std::expected<RecordLinks, std::string> RecordLinks::open(const std::string& path) {
  auto known = read_private_file(path);
  if (!known) return std::unexpected(known.error());
  std::string secret = *std::move(known);
  if (secret.size() < 2 * kLinkSecretBytes) {
    auto fresh = random_hex(kLinkSecretBytes);
    if (!fresh) return std::unexpected("no random bytes to be had from OpenSSL");
    if (auto written = write_private_file(path, *fresh); !written) return std::unexpected(written.error());
    secret = *std::move(fresh);
  }
  return RecordLinks(std::move(secret));
}

// None of the three holds a NUL: an account and a record id have none, and digits are digits.
std::string RecordLinks::signature_of(std::string_view account, std::string_view id, std::string_view expires) const {
  std::string text(account);
  text.append(1, '\0').append(id).append(1, '\0').append(expires);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret_.data(), static_cast<int>(secret_.size()),
       reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(), &length);
  return text::hex({reinterpret_cast<const char*>(digest.data()), length});
}

std::string RecordLinks::path_to(std::string_view account, const index::RecordId& id, index::TimePoint now) const {
  const auto expires = std::chrono::floor<std::chrono::seconds>(now + kLifetime).time_since_epoch().count();
  const std::string expires_text = fmt::format("{}", expires);
  const std::string id_text = id.to_string();
  return fmt::format("/jcard/{}/{}?expires={}&signature={}", account, text::id_in_url(id_text), expires_text,
                     signature_of(account, id_text, expires_text));
}

bool RecordLinks::allows(std::string_view account, std::string_view id, std::string_view expires,
                         std::string_view signature, index::TimePoint now) const {
  const std::string expected = signature_of(account, id, expires);
  if (signature.size() != expected.size() || CRYPTO_memcmp(signature.data(), expected.data(), expected.size()) != 0) {
    return false;
  }
  std::int64_t seconds = 0;
  const char* const end = expires.data() + expires.size();
  if (std::from_chars(expires.data(), end, seconds).ptr != end) return false;
  return now < index::TimePoint(std::chrono::seconds(seconds));
}

}  // namespace ringdex::server
