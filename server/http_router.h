#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api_keys.h"
#include "server/http_message.h"

namespace ringdex::server {

// One row of the table: `path` is "/v1/records/{id}/resync". A handler that may block (disk sync, a CRM's answer) runs
// apart from the threads that answer lookups.
struct HttpRoute {
  std::string method;
  std::string path;
  Scope scope = Scope::none;
  bool may_block = false;
  std::function<HttpResponse(const HttpRequest&)> handler;
  bool open = false;  // needs no principal: health, and webhooks, which are signed
};

// From a decoded request to its route, and who may use it. Knows no socket. Any thread may call.
class HttpRouter {
 public:
  HttpRouter(std::vector<HttpRoute> routes, const ApiKeys& keys);

  // What to do with a request: a route to run, or the answer that refuses it.
  struct Decision {
    const HttpRoute* route = nullptr;
    HttpResponse refusal;
  };
  // Fills in the request's principal and parameters.
  Decision decide(HttpRequest& request) const;
  // Runs the route. Exceptions end here, as status 500.
  HttpResponse run(const HttpRoute& route, const HttpRequest& request) const;

 private:
  struct Compiled {
    HttpRoute route;
    std::vector<std::string> segments;
  };
  // Nothing: the request is refused with the response.
  std::optional<Principal> authenticate(const HttpRequest& request, HttpResponse& refusal) const;

  std::vector<Compiled> routes_;
  const ApiKeys& keys_;
};

}  // namespace ringdex::server
