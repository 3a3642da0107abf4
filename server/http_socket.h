#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <type_traits>

namespace ringdex::server {

// The executor's type is named, since a polymorphic one costs on each operation.
using HttpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;
using HttpTlsStream = boost::asio::ssl::stream<HttpSocket>;

template <typename Stream>
inline constexpr bool kIsTls = std::is_same_v<Stream, HttpTlsStream>;

// What lies below either of them.
template <typename Stream>
HttpSocket& socket_of(Stream& stream) {
  if constexpr (kIsTls<Stream>) {
    return stream.next_layer();
  } else {
    return stream;
  }
}

}  // namespace ringdex::server
