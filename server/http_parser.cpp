#include "server/http_parser.h"

namespace ringdex::server {

void HttpParser::on_request_impl(boost::beast::http::verb, Text method, Text target, int version, ErrorCode&) {
  into_.method.assign(method.data(), method.size());
  into_.target.assign(target.data(), target.size());
  version_ = static_cast<unsigned>(version);
}

void HttpParser::on_field_impl(boost::beast::http::field, Text name, Text value, ErrorCode&) {
  NamedText& added = into_.headers.add();
  added.name.assign(name.data(), name.size());
  for (char& letter : added.name) {
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  }
  added.value.assign(value.data(), value.size());
}

std::size_t HttpParser::on_body_impl(Text body, ErrorCode&) {
  into_.body.append(body.data(), body.size());
  return body.size();
}

}  // namespace ringdex::server
