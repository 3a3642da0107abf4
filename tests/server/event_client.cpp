#include "tests/server/event_client.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>

namespace ringdex::tests {
namespace {

constexpr timeval kPatience{.tv_sec = 30, .tv_usec = 0};

}  // namespace

EventClient::EventClient(std::uint16_t port, Options options) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  if (options.receive_buffer_bytes > 0) {
    setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &options.receive_buffer_bytes, sizeof options.receive_buffer_bytes);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    throw std::runtime_error("cannot connect");
  }
  if (!options.tls) return;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket_);
  if (SSL_connect(ssl_.get()) != 1) throw std::runtime_error("no TLS handshake");
}

EventClient::~EventClient() {
  ::close(socket_);
}

void EventClient::send(std::string_view bytes) {
  if (ssl_) {
    SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
  } else {
    [[maybe_unused]] const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }
}

void EventClient::listen(const std::string& query, const std::string& headers) {
  send("GET /v1/events" + query + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" + headers + "\r\n");
}

bool EventClient::read_until(const std::function<bool()>& is_enough) {
  while (!is_enough()) {
    if (read() != Got::bytes) return false;
  }
  return true;
}

bool EventClient::read_to_end() {
  while (true) {
    const Got got = read();
    if (got != Got::bytes) return got == Got::end;
  }
}

EventClient::Got EventClient::read() {
  char buffer[16 * 1024];
  errno = 0;
  const auto count = ssl_ ? SSL_read(ssl_.get(), buffer, sizeof buffer) : ::recv(socket_, buffer, sizeof buffer, 0);
  if (count <= 0) return errno == EAGAIN || errno == EWOULDBLOCK ? Got::silence : Got::end;
  const std::string_view bytes(buffer, static_cast<std::size_t>(count));
  if (head.ends_with("\r\n\r\n")) {
    body += bytes;
    reader_.read(bytes, events);
    return Got::bytes;
  }
  head += bytes;
  if (const std::size_t end = head.find("\r\n\r\n"); end != std::string::npos) {
    body = head.substr(end + 4);
    head.resize(end + 4);
    reader_.read(body, events);
  }
  return Got::bytes;
}

}  // namespace ringdex::tests
