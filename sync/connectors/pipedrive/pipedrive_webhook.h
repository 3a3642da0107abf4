#pragma once

#include <expected>
#include <string>
#include <vector>

#include "sync/connector.h"

namespace ringdex::sync {

// One event of a Pipedrive webhook, of version 2 or 1, to what it asks for
// (https://pipedrive.readme.io/docs/guide-for-webhooks-v2). Pipedrive signs nothing: user and password of HTTP Basic
// are checked before anything of the body is read, and of the body only `meta` is heeded. An event may come minutes
// late by Pipedrive's own retries, so its time is not held against it; one from the future counts as of now. Pure.
// User and password both empty refuse everything.
std::expected<std::vector<Hint>, WebhookRefusal> read_pipedrive_webhook(const WebhookRequest& request,
                                                                        const std::string& user,
                                                                        const std::string& password, TimePoint now);

}  // namespace ringdex::sync
