#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/access/principal.h"
#include "server/system/reused_list.h"
#include "server/system/url_target.h"
#include "telephony/text/percent_encoding.h"

namespace ringdex::server {

class EventSubscription;
struct LaterAnswer;

// A request as the handlers see it: decoded, checked and free of any socket.
struct HttpRequest {
  std::string method;
  std::string target;             // raw
  ReusedList<std::string> path;   // percent-decoded segments, empty ones left out
  ReusedList<NamedText> query;    // form-decoded, in order
  ReusedList<NamedText> headers;  // names in lower case
  std::string body;
  bool from_loopback = false;
  const std::string* network_account = nullptr;  // whose phone systems the connection's network has, if it is trusted
  Principal principal;                           // set by the router
  ReusedList<std::string> parameters;            // what the route's {…} matched

  const std::string* header(std::string_view name) const;
  const std::string* parameter(std::string_view name) const;  // of the query; the first of that name
  void clear();                                               // all but what is the connection's
  // Bytes that it keeps for the next request.
  std::size_t memory() const;
};

// Reads its target into path and query.
void read_target(HttpRequest& request);

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";  // text that lives as long as the program
  std::string body;
  std::string_view cache_control = "no-store";  // as content_type
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<EventSubscription> events;  // what goes on behind the body, until the client closes
  std::shared_ptr<LaterAnswer> later;         // if set, there is no answer yet, but what writes it

  void clear();
};

// Writes an answer on a thread that may wait. It may use the request, which stays where it is.
struct LaterAnswer {
  std::move_only_function<void(HttpResponse& response)> write;
};
// For a handler that may not wait itself.
template <typename Write>
void answer_later(HttpResponse& response, Write write) {
  response.later = std::make_shared<LaterAnswer>(std::move(write));
}

// RFC 9457: type, title, status, detail, and our stable `code`.
HttpResponse problem(int status, std::string_view code, std::string_view detail);
std::string_view status_title(int status);

}  // namespace ringdex::server
