#pragma once

#include <chrono>
#include <expected>
#include <map>
#include <memory>
#include <string>

namespace ringdex::sync {

struct HttpRequest {
  std::string method = "GET";
  std::string target;  // path and query, already encoded; starts with '/'
  std::map<std::string, std::string> headers;
  std::string body;
  std::string content_type;  // of the body
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

// No answer at all: name not found, refused, timed out, TLS refused, answer over the size limit.
struct HttpFailure {
  enum class Kind { connect, tls, timeout, too_large, broken };
  Kind kind = Kind::broken;
  std::string message;  // for people; holds no secret
};

// One host of one CRM. Not safe for several threads at once: each thread owns its client.
class HttpClient {
 public:
  virtual ~HttpClient() = default;
  virtual std::expected<HttpResponse, HttpFailure> send(const HttpRequest& request) = 0;
  // Ends the request in flight, if any, with a failure. Safe from any thread.
  virtual void cancel() {}
};

struct HttpClientOptions {
  std::string base_url;  // "https://acme.zendesk.com"; plain http:// is accepted for loopback only (checked by config)
  std::chrono::milliseconds connect_timeout;
  std::chrono::milliseconds read_timeout;   // between two reads
  std::chrono::milliseconds total_timeout;  // the whole answer
  std::size_t body_bytes_max;
  std::string ca_file;  // empty: the system's certificates
};

// cpp-httplib with OpenSSL: certificates are checked, redirects are not followed, the answer is cut off at
// body_bytes_max, HTTPS_PROXY / HTTP_PROXY / NO_PROXY are respected.
std::unique_ptr<HttpClient> make_http_client(HttpClientOptions options);

}  // namespace ringdex::sync
