#pragma once

#include "server/http/http_server.h"

namespace ringdex::server {

// Serves one accepted socket on its worker's thread: bytes to HttpRequest, HttpResponse to bytes, limits, timeouts,
// keep-alive and pipelining. With `tls` the handshake comes first. Keeps itself alive until the connection ends.
void serve_http(Accepted accepted, Worker& worker, HttpShared& shared);

}  // namespace ringdex::server
