#include "server/http/http_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace ringdex::server {
namespace {

namespace http = boost::beast::http;

// What a byte of a chunked body may cost around it: chunks of one byte have five bytes of framing.
constexpr std::size_t kFramingPerBodyByte = 8;
// A chunked body ends with at least so many bytes, "0\r\n\r\n", so waiting for them loses nothing. Beast 1.74 asserts
// that it is not given fewer.
constexpr std::size_t kLastChunkBytes = 5;

}  // namespace

HttpParser::HttpParser(HttpRequest& into, HttpLimits limits) : into_(into), limits_(limits) {
  eager(true);
  header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
  body_limit(limits.body_bytes_max);
}

HttpParser::State HttpParser::read(std::string_view bytes, std::size_t& used) {
  used = 0;
  while (used < bytes.size() && !is_done()) {
    if (is_header_done() && chunked() && bytes.size() - used < kLastChunkBytes) break;
    const std::size_t body_before = into_.body.size();
    ErrorCode error;
    const std::size_t put_bytes = put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    used += put_bytes;
    framing_bytes_ += put_bytes - (into_.body.size() - body_before);
    if (error == http::error::body_limit) return State::body_too_large;
    if (error == http::error::header_limit) return State::header_too_large;
    if (error && error != http::error::need_more) return State::malformed;
    if (error) break;
  }
  const std::size_t rest = is_done() ? 0 : bytes.size() - used;
  if (rest > limits_.header_bytes_max ||
      framing_bytes_ > limits_.header_bytes_max + kFramingPerBodyByte * into_.body.size()) {
    return State::header_too_large;
  }
  if (!is_done()) return State::need_more;
  return frames_its_body() ? State::done : State::malformed;
}

// A Transfer-Encoding that does not end in chunked, or stands in HTTP/1.0, leaves open where the message ends; a proxy
// in front may see another end (RFC 9112, section 6.3).
bool HttpParser::frames_its_body() const {
  return into_.header("transfer-encoding") == nullptr || (chunked() && version_ == 11);
}

void HttpParser::on_request_impl(http::verb, Text method, Text target, int version, ErrorCode&) {
  into_.method.assign(method.data(), method.size());
  into_.target.assign(target.data(), target.size());
  version_ = static_cast<unsigned>(version);
}

void HttpParser::on_field_impl(http::field, Text name, Text value, ErrorCode&) {
  // A trailer must not pass for a header.
  if (is_header_done()) return;
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
