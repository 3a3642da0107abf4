#pragma once

#include <optional>
#include <vector>

#include "server/api/clock.h"
#include "server/directory.h"
#include "server/http_router.h"
#include "server/record_links.h"

namespace ringdex::server {

// A person as a card for other programs. GET /jcard/{account}/{id} by a signed address. What is given must outlive the
// routes.
std::vector<HttpRoute> record_card_routes(const Directory& directory, const RecordLinks& links, Clock clock);

// The answer to GET /v1/records/{id}.jcard (RFC 7095) and {id}.vcf (RFC 6350); nothing: the id has neither ending.
std::optional<HttpResponse> record_card(const Directory& directory, const HttpRequest& request);

}  // namespace ringdex::server
