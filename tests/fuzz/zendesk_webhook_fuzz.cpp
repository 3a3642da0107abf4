// A webhook's body, rightly signed, and the signature and timestamp headers, wrongly: nothing may crash, and nothing
// unsigned may pass.

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "sync/connectors/zendesk/zendesk_webhook.h"
#include "telephony/text/base64.h"
#include "telephony/text/times.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringdex::sync;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const std::string secret = "secret";
  const std::string timestamp = "2026-01-04T05:33:20Z";
  const auto now = *ringdex::text::parse_iso_time(timestamp);

  const std::string message = timestamp + body;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned length = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(), &length);
  const std::string signature = ringdex::text::base64_encode({reinterpret_cast<const char*>(digest.data()), length});
  const auto hints = read_zendesk_webhook(
      {{{"x-zendesk-webhook-signature", signature}, {"x-zendesk-webhook-signature-timestamp", timestamp}}, body},
      secret, now);
  if (hints) {
    for (const auto& hint : *hints) {
      if (hint.type.size() > 200 || hint.event_id.size() > 200 || hint.ids.size() > 3) std::abort();
      if (hint.kind != Hint::Kind::ignored && hint.ids.empty()) std::abort();
      for (const auto& id : hint.ids) {
        if (id.empty() || id.find_first_not_of("0123456789") != std::string::npos) std::abort();
      }
    }
  } else if (hints.error() != WebhookRefusal::malformed) {
    std::abort();
  }

  const auto cut = body.find('\n');
  const auto forged = read_zendesk_webhook(
      {{{"x-zendesk-webhook-signature", body.substr(0, cut)},
        {"x-zendesk-webhook-signature-timestamp", cut == std::string::npos ? timestamp : body.substr(cut + 1)}},
       "{}"},
      secret, now);
  if (forged) std::abort();
  return 0;
}
