#pragma once

#include <vector>

#include "server/access/record_links.h"
#include "server/doors/door_lookups.h"
#include "server/http/http_router.h"
#include "server/http/public_url.h"

namespace ringdex::server {

// The text door, for dialplans that show whatever body comes back as the caller's name: GET /cnam, and the form of
// OpenCNAM's API, GET /v2/phone/{number} and /v3/. What they answer is 200, OpenCNAM's JSON apart: the name, the
// fallback that the request brought, or nothing; with format=call-info the value of a SIP Call-Info header that leads
// to the person's jCard (RFC 9796). What is given must outlive the routes.
std::vector<HttpRoute> caller_name_routes(const DoorLookups& lookups, const RecordLinks& links,
                                          const PublicUrl& address);

}  // namespace ringdex::server
