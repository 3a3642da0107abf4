#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/doors/door_lookups.h"
#include "server/http/http_router.h"

namespace ringdex::server {

// GET and POST /v1/lookup, GET /v1/explain.
std::vector<HttpRoute> lookup_routes(const DoorLookups& lookups);

// The query's number with a raw plus put back, which form-decoding made a space: some clients compare what comes back.
std::string asked_number(const HttpRequest& request, std::string_view parameter = "number");

// A lookup for a handler: `then(found, response)` writes what was found, now, or on a thread that may wait if the CRMs
// are to be asked. It may keep the request by reference, and what else it needs as its own.
template <typename Then>
void ask(const DoorLookups& lookups, const LookupRequest& lookup, HttpResponse& response, Then then) {
  auto begun = lookups.begin(lookup);
  if (begun.waiting == nullptr) return then(begun.answer, response);
  answer_later(response, [lookups, waiting = std::move(begun.waiting), then = std::move(then)](HttpResponse& answer) {
    then(lookups.finish(*waiting), answer);
  });
}

}  // namespace ringdex::server
