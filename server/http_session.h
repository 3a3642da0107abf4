#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <utility>

#include "server/http_server.h"

namespace ringdex::server {

// Serves one accepted socket on its worker's thread: bytes to HttpRequest, HttpResponse to bytes, limits, timeouts,
// keep-alive and pipelining. With `tls` the handshake comes first. Keeps itself alive until the connection ends.
void serve_http(boost::asio::ip::tcp protocol, boost::asio::ip::tcp::socket::native_handle_type descriptor,
                boost::asio::ssl::context* tls, HttpWorker& worker, HttpShared& shared);

}  // namespace ringdex::server
