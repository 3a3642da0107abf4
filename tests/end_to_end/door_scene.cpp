#include "tests/end_to_end/door_scene.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <fstream>

namespace ringdex::tests {
namespace {

constexpr const char* kPeople =
    "Id,Name,Company,Phone,Mobile,Email\n"
    "1,Ada Whitlock,Whitlock & Daughters,(212) 555-0123,+1 212 555 0124,ada@whitlock.example\n"
    "2,Delphine Marchetti,Thornbury Glass,+442079460100,,\n"
    "3,Edwin Pryce,Thornbury Glass,+44 20 7946 0100,+44 7700 900345,\n"
    "4,Jürgen Müller,,+49 30 901820,,\n"
    "5,\"Max \"\"The ${EVIL} %s\"\"\r\nEvil: yes; O'Neil\",\"<Bad>, Co\",+39 06 12345678,,\n"
    "6,,Nameless Ltd,(212) 555-0166,,\n";

}  // namespace

DoorScene::DoorScene(const Settings& settings) {
  std::ofstream(dir_.file("people.csv")) << kPeople << settings.people;
  const std::string tls =
      settings.tls ? fmt::format(R"(, "tls_listen": "127.0.0.1:0", "tls": {{"certificate": "{}", "key": "{}"}})",
                                 certificate_.certificate_file(), certificate_.key_file())
                   : "";
  const std::string config = fmt::format(
      R"({{"data_dir": "{}/data", "http": {{"listen": "127.0.0.1:0" {}}}, "fastagi": {{"listen": "127.0.0.1:0" {}}},
      "ldap": {{"listen": "127.0.0.1:0" {}{}}}, "log": {{"level": "debug"}}, "accounts": {{"default": {{"region": "US" {}}}}},
      "sources": [{{"id": "people", "type": "csv", "label": "People", "path": "people.csv"}}]}})",
      folder(), settings.http, settings.fastagi, settings.ldap, tls, settings.account);
  ringdex_ = std::make_unique<RingdexProcess>(RINGDEX_BINARY, folder(), config);
  REQUIRE_MESSAGE(ringdex_->serving(), ringdex_->log());
  REQUIRE(ringdex_->wait_until_idle("people"));
}

std::string DoorScene::key(const std::string& scope) const {
  const auto made =
      run_command({RINGDEX_BINARY, "key", "create", "--scope", scope, "--config", ringdex_->config_path()});
  REQUIRE(made.exit_code == 0);
  const std::size_t at = made.out.find("rdx_");
  return made.out.substr(at, made.out.find('\n', at) - at);
}

ByteClient::ByteClient(int port) {
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const timeval timeout{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  REQUIRE(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

ByteClient::~ByteClient() {
  ::close(socket_);
}

void ByteClient::send(const std::string& bytes) const {
  REQUIRE(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
}

void ByteClient::finish_sending() const {
  ::shutdown(socket_, SHUT_WR);
}

std::string ByteClient::read_until(const std::string& end) {
  std::array<char, 4096> chunk{};
  while (end.empty() || rest_.find(end) == std::string::npos) {
    const ssize_t bytes = ::recv(socket_, chunk.data(), chunk.size(), 0);
    if (bytes <= 0) return std::exchange(rest_, {});
    rest_.append(chunk.data(), static_cast<std::size_t>(bytes));
  }
  const std::size_t length = rest_.find(end) + end.size();
  std::string found = rest_.substr(0, length);
  rest_.erase(0, length);
  return found;
}

}  // namespace ringdex::tests
