// A webhook's body with the right user and password, and any Authorization header: nothing may crash, and nobody may
// pass who does not bring both.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "sync/connectors/pipedrive/pipedrive_rows.h"
#include "sync/connectors/pipedrive/pipedrive_webhook.h"
#include "telephony/text/times.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringdex::sync;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const auto now = *ringdex::text::parse_iso_time("2026-01-04T05:33:20Z");
  // printf 'hook:s3cret' | base64
  const auto hints =
      read_pipedrive_webhook({{{"authorization", "Basic aG9vazpzM2NyZXQ="}}, body}, "hook", "s3cret", now);
  if (hints) {
    if (hints->empty() || hints->size() > 2) std::abort();
    for (const auto& hint : *hints) {
      if (hint.type.size() > 200 || hint.event_id.size() > 200 || hint.ids.size() > 2) std::abort();
      if (hint.kind != Hint::Kind::ignored && hint.ids.empty()) std::abort();
      if (hint.happened_at > now + std::chrono::minutes(5)) std::abort();
      for (const auto& id : hint.ids) {
        const bool is_lead = hint.record_kind == ringdex::index::RecordKind::lead;
        if (is_lead ? !lead_id(std::string_view(id)) : id.find_first_not_of("0123456789") != std::string::npos) {
          std::abort();
        }
      }
    }
  } else if (hints.error() != WebhookRefusal::malformed) {
    std::abort();
  }
  if (body != "Basic aG9vazpzM2NyZXQ=") {
    const auto forged = read_pipedrive_webhook({{{"authorization", body}}, "{}"}, "hook", "s3cret", now);
    if (forged || (forged.error() == WebhookRefusal::malformed && body.size() < 22)) std::abort();
  }
  return 0;
}
