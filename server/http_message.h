#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/reused_list.h"

namespace ringdex::server {

class EventSubscription;

// Who asks: one account, and what the key allows.
enum class Scope : unsigned { none = 0, lookup = 1, agent = 2, admin = 4, metrics = 8 };
constexpr Scope operator|(Scope left, Scope right) {
  return static_cast<Scope>(static_cast<unsigned>(left) | static_cast<unsigned>(right));
}
inline constexpr unsigned kAllScopes = 0xff;
struct Principal {
  std::string account;
  unsigned scopes = 0;     // bits of Scope
  std::string key_id;      // empty: loopback without keys
  std::string session_id;  // of the browser that is signed in with that key; empty: the request brought the key
  // Of several scopes each is enough.
  bool may(Scope scope) const { return scope == Scope::none || (scopes & static_cast<unsigned>(scope)) != 0; }
};

// A name and what it stands for: a header, a query's parameter.
struct NamedText {
  std::string name;
  std::string value;
  void clear() {
    name.clear();
    value.clear();
  }
  bool operator==(const NamedText&) const = default;
};

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
  bool may_wait = false;                         // this thread answers nobody else meanwhile
  Principal principal;                           // set by the router
  ReusedList<std::string> parameters;            // what the route's {…} matched

  const std::string* header(std::string_view name) const;
  const std::string* parameter(std::string_view name) const;  // of the query; the first of that name
  void clear();                                               // all but what is the connection's
  // Bytes that it keeps for the next request.
  std::size_t memory() const;
};

struct HttpResponse {
  int status = 200;
  std::string_view content_type = "application/json";  // text that lives as long as the program
  std::string body;
  std::string_view cache_control = "no-store";  // as content_type
  std::vector<std::pair<std::string, std::string>> headers;
  std::shared_ptr<EventSubscription> events;  // what goes on behind the body, until the client closes
  bool wants_to_wait = false;                 // no answer yet: the handler is to be run again where it may wait

  void clear();
};

// Splits and decodes the request's target. What is no percent-encoding stands for itself, as the WHATWG's decoding has
// it, since dialplans put names there as they are; a NUL stays encoded.
void read_target(HttpRequest& request);

// Appends a part of a target decoded so; in a query a plus is a space.
enum class TargetPart { path, query };
void append_decoded(std::string& out, std::string_view text, TargetPart part);

// RFC 9457: type, title, status, detail, and our stable `code`.
HttpResponse problem(int status, std::string_view code, std::string_view detail);
std::string_view status_title(int status);

}  // namespace ringdex::server
