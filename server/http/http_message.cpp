#include "server/http/http_message.h"

#include "telephony/text/json_writer.h"

namespace ringdex::server {

const std::string* HttpRequest::header(std::string_view name) const {
  return find_named(headers, name);
}
const std::string* HttpRequest::parameter(std::string_view name) const {
  return find_named(query, name);
}

void HttpRequest::clear() {
  for (std::string* text : {&method, &target, &body}) text->clear();
  path.clear();
  query.clear();
  headers.clear();
  parameters.clear();
  principal.account.clear();
  principal.scopes = 0;
  principal.key_id.clear();
  principal.session_id.clear();
}

std::size_t HttpRequest::memory() const {
  const auto of_text = [](const std::string& text) { return text.capacity(); };
  const auto of_pair = [](const NamedText& pair) { return pair.name.capacity() + pair.value.capacity(); };
  return method.capacity() + target.capacity() + body.capacity() + path.memory(of_text) + query.memory(of_pair) +
         headers.memory(of_pair) + parameters.memory(of_text);
}

void HttpResponse::clear() {
  status = 200;
  events.reset();
  later.reset();
  content_type = "application/json";
  cache_control = "no-store";
  body.clear();
  headers.clear();
}

void read_target(HttpRequest& request) {
  read_url_target(request.target, request.path, request.query);
}

std::string_view status_title(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Error";
  }
}

HttpResponse problem(int status, std::string_view code, std::string_view detail) {
  HttpResponse response;
  response.status = status;
  response.content_type = "application/problem+json";
  text::JsonWriter out(response.body);
  out.open('{').member("type", "about:blank").member("title", status_title(status)).member("status", status);
  out.member("code", code).member("detail", detail).close('}');
  return response;
}

}  // namespace ringdex::server
