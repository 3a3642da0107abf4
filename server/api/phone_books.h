#pragma once

#include <vector>

#include "server/doors/door_lookups.h"
#include "server/http/http_router.h"
#include "server/http/public_url.h"
#include "server/lookup/directory.h"

namespace ringdex::server {

// The XML phone books of desk phones: GET /phonebook/{format}, with `search`, `name` or `number`; a maker's own file
// name may stand behind it. Where the phone does not ask by itself, /phonebook/{format}/search is the form to fill in.
// What is given must outlive the routes.
std::vector<HttpRoute> phone_book_routes(const DoorLookups& lookups, const Directory& directory,
                                         const PublicUrl& address);

}  // namespace ringdex::server
