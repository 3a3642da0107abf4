#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "server/api_keys.h"
#include "server/http_message.h"

namespace ringdex::server {

// What a route does: either gives its answer, or writes it into the one that is there, and so allocates nothing.
class HttpHandler {
 public:
  HttpHandler() = default;
  template <typename Function>
    requires std::is_invocable_r_v<HttpResponse, const Function&, const HttpRequest&>
  HttpHandler(Function function)
      : run_([function = std::move(function)](const HttpRequest& request, HttpResponse& response) {
          response = function(request);
        }) {}
  template <typename Function>
    requires std::is_invocable_v<const Function&, const HttpRequest&, HttpResponse&>
  HttpHandler(Function function) : run_(std::move(function)) {}

  void operator()(const HttpRequest& request, HttpResponse& response) const { run_(request, response); }

 private:
  std::function<void(const HttpRequest&, HttpResponse&)> run_;
};

// Which threads run a handler. One that may block (disk sync, a CRM's answer) runs apart from the threads that answer
// lookups; calls have threads of their own, so that a ring never queues behind a resync.
enum class RunsOn { connection, blocking, ringing };

// One row of the table: `path` is "/v1/records/{id}/resync".
struct HttpRoute {
  std::string method;
  std::string path;
  Scope scope = Scope::none;  // several: each of them is enough
  RunsOn runs_on = RunsOn::connection;
  HttpHandler handler;
  bool open = false;  // needs no principal: health, and webhooks, which are signed
};

// From a decoded request to its route, and who may use it. Knows no socket. Any thread may call.
class HttpRouter {
 public:
  HttpRouter(std::vector<HttpRoute> routes, const ApiKeys& keys);

  // The route for a request, with its principal and parameters filled in; nothing: it is refused with `refusal`.
  const HttpRoute* decide(HttpRequest& request, HttpResponse& refusal) const;
  // For a connection that goes on after its answer: whether a request of its principal would still be let in.
  bool still_lets_in(const std::string& key_id) const { return keys_.still_lets_in(key_id); }
  // Runs the route. Exceptions end here, as status 500.
  void run(const HttpRoute& route, const HttpRequest& request, HttpResponse& response) const;

 private:
  struct Compiled {
    HttpRoute route;
    std::vector<std::string> segments;
  };
  bool authenticate(HttpRequest& request, HttpResponse& refusal) const;

  std::vector<Compiled> routes_;
  const ApiKeys& keys_;
};

}  // namespace ringdex::server
