#include "sync/webhooks/webhook_signature.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

#include "telephony/text/base64.h"

namespace ringdex::sync {
namespace {

constexpr std::size_t kSignatureBytes = 32;

}  // namespace

const std::string* webhook_header(const WebhookRequest& request, std::string_view name) {
  for (const auto& [header_name, value] : request.headers) {
    if (header_name == name) return &value;
  }
  return nullptr;
}

bool webhook_signature_holds(const std::string& signature, const std::string& message, const std::string& secret) {
  if (secret.empty()) return false;
  const auto given = text::base64_decode(signature);
  if (!given || given->size() != kSignatureBytes) return false;
  std::array<unsigned char, EVP_MAX_MD_SIZE> expected{};
  unsigned length = 0;
  if (HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), expected.data(),
           &length) == nullptr ||
      length != kSignatureBytes) {
    return false;
  }
  return CRYPTO_memcmp(given->data(), expected.data(), kSignatureBytes) == 0;
}

bool is_inside_webhook_window(TimePoint sent_at, TimePoint now) {
  return sent_at >= now - kWebhookWindow && sent_at <= now + kWebhookWindow;
}

}  // namespace ringdex::sync
