#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringdex::server {

// Who asks: one account, and what the key allows.
enum class Scope : unsigned { none = 0, lookup = 1, agent = 2, admin = 4, metrics = 8 };
struct Principal {
  std::string account;
  unsigned scopes = 0;  // bits of Scope
  std::string key_id;   // empty: loopback without keys
  bool may(Scope scope) const { return scope == Scope::none || (scopes & static_cast<unsigned>(scope)) != 0; }
};

// A request as the handlers see it: decoded, checked and free of any socket.
struct HttpRequest {
  std::string method;
  std::string target;                                        // raw
  std::vector<std::string> path;                             // percent-decoded segments, empty ones left out
  std::vector<std::pair<std::string, std::string>> query;    // form-decoded, in order
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string remote_address;
  bool from_loopback = false;
  Principal principal;                  // set by the router
  std::vector<std::string> parameters;  // what the route's {…} matched

  const std::string* header(std::string_view name) const;
  const std::string* parameter(std::string_view name) const;  // of the query; the first of that name
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// Splits and decodes a request target. False: broken percent-encoding or a NUL.
bool read_target(std::string_view target, HttpRequest& request);

// RFC 9457: type, title, status, detail, and our stable `code`.
HttpResponse problem(int status, std::string_view code, std::string_view detail);
std::string_view status_title(int status);

}  // namespace ringdex::server
