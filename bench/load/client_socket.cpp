#include "bench/load/client_socket.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace ringdex::bench {

std::runtime_error system_problem(const char* what) {
  return std::runtime_error(fmt::format("{}: {}", what, std::strerror(errno)));
}

Descriptor::~Descriptor() {
  replace(-1);
}

void Descriptor::replace(int number) {
  if (number_ >= 0) ::close(number_);
  number_ = number;
}

int connect_to(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1)
    throw std::runtime_error("the host is no IPv4 address");
  const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) throw system_problem("socket");
  if (::connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const auto problem = system_problem("connect");
    ::close(made);
    throw problem;
  }
  const int on = 1;
  ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return made;
}

void stop_waiting_on(const Descriptor& socket) {
  ::fcntl(socket.get(), F_SETFL, O_NONBLOCK);
}

}  // namespace ringdex::bench
