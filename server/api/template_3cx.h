#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "server/doors/door_lookups.h"
#include "server/http/http_router.h"
#include "server/http/public_url.h"

namespace ringdex::server {

// What the 3CX template asks: GET /3cx/lookup?number=, answered by {"contacts": [...]}, empty if nobody is known. The
// number comes back as it was asked: 3CX takes no contact without it. What is given must outlive the routes.
std::vector<HttpRoute> template_3cx_routes(const DoorLookups& lookups, const PublicUrl& address);

// The server-side CRM template that 3CX imports, with the server's address and a key filled in where they are given.
std::string template_3cx(std::string_view url, std::string_view key);

}  // namespace ringdex::server
