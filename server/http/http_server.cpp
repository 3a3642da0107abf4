#include "server/http/http_server.h"

#include "server/http/http_session.h"

namespace ringdex::server {

HttpServer::HttpServer(HttpServerOptions options, const HttpRouter& router, Metrics& metrics)
    : options_(std::move(options)),
      blocking_(options_.blocking_threads),
      ringing_(options_.ringing_threads),
      waiting_(options_.waiting_threads),
      server_(
          options_.listen,
          [this](Accepted accepted, Worker& worker) { serve_http(std::move(accepted), worker, shared_); },
          metrics.door(Door::http)),
      shared_{options_, router, metrics, blocking_, ringing_, waiting_, server_.stopping()} {}

HttpServer::~HttpServer() {
  stop(std::chrono::milliseconds(0));
  server_.close();
}

void HttpServer::stop(std::chrono::milliseconds deadline) {
  server_.stop(deadline);
  blocking_.join();
  ringing_.join();
  waiting_.join();
}

}  // namespace ringdex::server
