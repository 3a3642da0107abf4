#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "server/access/api_keys.h"
#include "server/access/console_sessions.h"
#include "server/access/trusted_networks.h"
#include "server/http/http_message.h"

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
  // For clients that can send no header and show whatever comes back as the caller's name: the key may stand in the
  // query or as HTTP Basic, a trusted network needs none, and no refusal or failure has a body. Only reads, of scope
  // lookup.
  bool simple_client = false;
  // What such a refusal says all the same: the name that the request brought.
  std::function<std::string(const HttpRequest&)> refusal_text;
};

struct HttpTrust {
  TrustedNetworks networks;             // whose simple clients need no key
  std::vector<std::string> host_names;  // by which these may name the server, besides its addresses; in lower case
};

// From a decoded request to its route, and who may use it. Knows no socket. Any thread may call.
class HttpRouter {
 public:
  // `sessions` may be nullptr: then nobody is let in by a cookie.
  HttpRouter(std::vector<HttpRoute> routes, const ApiKeys& keys, HttpTrust trust = {},
             const ConsoleSessions* sessions = nullptr);

  // For a new connection: what its requests carry as network_account.
  const std::string* account_of(const boost::asio::ip::address& address) const {
    return trust_.networks.account_of(address);
  }

  // The route for a request, with its principal and parameters filled in; nullopt if it is refused with `refusal`.
  const HttpRoute* decide(HttpRequest& request, HttpResponse& refusal) const;
  // For a connection that goes on after its answer: whether a request of its principal would still be let in.
  bool still_lets_in(const Principal& principal) const;
  // Runs the route. Exceptions end here, as status 500.
  void run(const HttpRoute& route, const HttpRequest& request, HttpResponse& response) const;
  // The same for what it left for a thread that may wait, if it left anything.
  void run_later(const HttpRoute& route, HttpResponse& response) const;

 private:
  struct Compiled {
    HttpRoute route;
    std::vector<std::string> segments;
  };
  // `simple`, if such clients ask that path, whatever their method: the route that is for them.
  const HttpRoute* find(HttpRequest& request, HttpResponse& refusal, const HttpRoute*& simple) const;
  bool authenticate(HttpRequest& request, const HttpRoute& route, HttpResponse& refusal) const;
  bool is_trusted(const HttpRequest& request) const;
  std::optional<Principal> signed_in(std::string_view cookie) const;

  std::vector<Compiled> routes_;
  const ApiKeys& keys_;
  const HttpTrust trust_;
  const ConsoleSessions* const sessions_;
};

}  // namespace ringdex::server
