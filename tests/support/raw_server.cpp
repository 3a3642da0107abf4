#include "tests/support/raw_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <utility>

namespace ringdex::test_support {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

RawServer::RawServer(Talk talk) : talk_(std::move(talk)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  if (listener_ < 0 || ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 16) != 0 || ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no socket for a RawServer");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { run(); });
}

RawServer::~RawServer() {
  ending_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void RawServer::run() {
  while (!ending_) {
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    std::string request;
    std::array<char, 4096> buffer{};
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
      if (count <= 0) break;
      request.append(buffer.data(), static_cast<std::size_t>(count));
    }
    talk_(socket, request);
    ::close(socket);
  }
}

bool RawServer::send_all(int socket, const std::string& bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count = ::send(socket, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

bool RawServer::closed_within(int socket, int milliseconds) {
  pollfd waiting{socket, POLLIN, 0};
  if (::poll(&waiting, 1, milliseconds) <= 0) return false;
  char byte = 0;
  return ::recv(socket, &byte, 1, MSG_PEEK) <= 0;
}

void RawServer::relay(int socket, std::uint16_t port) {
  const int onward = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(onward, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
    std::array<pollfd, 2> ends = {pollfd{socket, POLLIN, 0}, pollfd{onward, POLLIN, 0}};
    std::array<char, 16 * 1024> buffer{};
    bool open = true;
    while (open && ::poll(ends.data(), 2, 5000) > 0) {
      for (std::size_t i = 0; i < 2 && open; ++i) {
        if (ends[i].revents == 0) continue;
        const auto count = ::recv(ends[i].fd, buffer.data(), buffer.size(), 0);
        open = count > 0 && send_all(ends[1 - i].fd, std::string(buffer.data(), static_cast<std::size_t>(count)));
      }
    }
  }
  ::close(onward);
}

}  // namespace ringdex::test_support
