#pragma once

#include <expected>
#include <string>
#include <vector>

#include "sync/connector.h"

namespace ringdex::sync {

// One event of a Zendesk webhook to what it asks for. The signature, base64 of HMAC-SHA256 over the timestamp header
// followed by the raw body, is checked before anything of the body is read; the timestamp may be five minutes off.
// Pure. An empty secret refuses everything.
std::expected<std::vector<Hint>, WebhookRefusal> read_zendesk_webhook(const WebhookRequest& request,
                                                                      const std::string& secret, TimePoint now);

}  // namespace ringdex::sync
