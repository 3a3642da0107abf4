#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/index.h"
#include "server/access/record_links.h"
#include "server/http/http_router.h"
#include "server/system/clock.h"

namespace ringdex::server {

// The record of that id, or of the one that it was merged into; else what to answer: 410 deleted, 404 never seen.
std::expected<index::KnownRecord, HttpResponse> known_record(const index::Index& index, std::string_view account,
                                                             const std::string& id);

// The answer to GET /v1/records/{id}.jcard (RFC 7095) and {id}.vcf (RFC 6350); nullopt if the id has neither ending.
std::optional<HttpResponse> record_card(const index::Index& index, const HttpRequest& request);

// GET /jcard/{account}/{id} by a signed address. What is given must outlive the routes.
std::vector<HttpRoute> record_card_routes(const index::Index& index, const RecordLinks& links, Clock clock);

}  // namespace ringdex::server
