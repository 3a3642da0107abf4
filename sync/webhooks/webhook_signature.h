#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sync/connector.h"

namespace ringdex::sync {

// How far the timestamp that a webhook was signed with may be off, either way; beyond it the webhook
// is refused, so that one that was overheard cannot be sent again later.
inline constexpr std::chrono::minutes kWebhookWindow{5};

// The first header of that name (in lower case), or nullptr.
const std::string* webhook_header(const WebhookRequest& request, std::string_view name);

// Whether `signature` is base64(HMAC-SHA256(secret, message)); compared in constant time. An empty secret holds
// nothing. Safe from any thread.
bool webhook_signature_holds(const std::string& signature, const std::string& message, const std::string& secret);

bool is_inside_webhook_window(TimePoint sent_at, TimePoint now);

}  // namespace ringdex::sync
