#pragma once

#include <expected>
#include <string>
#include <vector>

#include "sync/connector.h"

namespace ringdex::sync {

inline constexpr std::size_t kGenericEventsMax = 1'000;  // in one body

// The signed form that anything may send. Headers: X-Ringdex-Timestamp, unix seconds at most five
// minutes off; X-Ringdex-Signature, base64 of HMAC-SHA256 over the timestamp, a point and the raw body, checked before
// anything of the body is read. Body:
//   {"events":[{"id":"...","type":"changed"|"deleted"|"merged","kind":"contact"|"lead","external_id":"...",
//               "into":"...","time":"2026-01-04T05:33:18Z"}]}
// `id` tells repeats and may be missing. `kind` is contact if missing. `into` is the survivor: of a merge, or of a
// deletion where the sender knows it for certain. `time` is when it happened, at the latest the signing time, which
// stands in its place if it is missing. A merge that names one id only asks for that one again. Unknown types and kinds
// become ignored hints. An event that lacks its type or external_id makes the whole body malformed.
// Pure; safe from any thread. An empty secret refuses everything.
std::expected<std::vector<Hint>, WebhookRefusal> read_generic_webhook(const WebhookRequest& request,
                                                                      const std::string& secret, TimePoint now);

}  // namespace ringdex::sync
