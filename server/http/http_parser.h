#pragma once

#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "server/http/http_message.h"

namespace ringdex::server {

struct HttpLimits {
  std::size_t header_bytes_max;
  std::size_t body_bytes_max;
};

// Beast's HTTP/1 parser (RFC 9112), writing into a request whose memory is used again. One message each. The limit on
// the header is ours: Beast's own does not hold for a header that comes in pieces, for chunks' headers and trailers.
class HttpParser : private boost::beast::http::basic_parser<true> {
 public:
  HttpParser(HttpRequest& into, HttpLimits limits);

  enum class State { need_more, done, header_too_large, body_too_large, malformed };
  // Reads on; `used` says how many bytes it is done with. The rest comes first in the next call, with more behind it,
  // and is never longer than header_bytes_max. After an error the parser is of no more use.
  State read(std::string_view bytes, std::size_t& used);

  // Once done.
  unsigned version() const { return version_; }  // 10 or 11
  bool keep_alive() const { return basic_parser::keep_alive(); }

 private:
  using ErrorCode = boost::beast::error_code;
  using Text = boost::beast::string_view;

  bool frames_its_body() const;
  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, ErrorCode&) override;
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(boost::beast::http::field, Text name, Text value, ErrorCode&) override;
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(boost::optional<std::uint64_t> const&, ErrorCode&) override {}
  std::size_t on_body_impl(Text body, ErrorCode&) override;
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text body, ErrorCode& error) override {
    return on_body_impl(body, error);
  }
  void on_finish_impl(ErrorCode&) override {}

  HttpRequest& into_;
  const HttpLimits limits_;
  std::size_t framing_bytes_ = 0;  // all that is not body
  unsigned version_ = 11;
};

}  // namespace ringdex::server
