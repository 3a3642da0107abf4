#pragma once

#include <optional>
#include <vector>

#include "server/doors/door_lookups.h"
#include "server/http/http_router.h"

namespace ringdex::server {

// GET and POST /v1/lookup, GET /v1/explain. `lookups` must outlive the routes.
std::vector<HttpRoute> lookup_routes(const DoorLookups& lookups);

// The query's number with a raw plus put back, which form-decoding made a space: some clients compare what comes back.
std::string asked_number(const HttpRequest& request, std::string_view parameter = "number");

// A lookup for a handler. Nothing: the response says that the handler is to be run again where it may wait.
std::optional<DoorLookups::Found> ask(const DoorLookups& lookups, const LookupRequest& lookup,
                                      const HttpRequest& request, HttpResponse& response);

}  // namespace ringdex::server
