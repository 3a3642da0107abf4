#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "server/http_message.h"

namespace ringdex::server {

// Beast's HTTP/1 parser (RFC 9112), writing into a request whose memory is used again. One message each.
class HttpParser : public boost::beast::http::basic_parser<true> {
 public:
  explicit HttpParser(HttpRequest& into) : into_(into) { eager(true); }

  unsigned version() const { return version_; }  // 10 or 11

 private:
  using ErrorCode = boost::beast::error_code;
  using Text = boost::beast::string_view;

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
  unsigned version_ = 11;
};

}  // namespace ringdex::server
