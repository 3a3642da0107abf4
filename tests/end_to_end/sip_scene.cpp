#include "tests/end_to_end/sip_scene.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace ringdex::tests {
namespace {

using namespace std::chrono_literals;

constexpr const char* kKamailio = "/usr/sbin/kamailio";
constexpr const char* kSipp = "/usr/bin/sipp";
constexpr const char* kFolder = RINGDEX_SOURCE_DIR "/tests/end_to_end/kamailio/";
constexpr auto kPatience = 30s;
constexpr auto kPause = 5ms;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void replace(std::string& text, std::string_view old_part, std::string_view new_part) {
  const std::size_t at = text.find(old_part);
  REQUIRE_MESSAGE(at != std::string::npos, old_part, " is not in the config");
  text.replace(at, old_part.size(), new_part);
}

int free_udp_port() {
  const int handle = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  const bool bound = ::bind(handle, reinterpret_cast<sockaddr*>(&address), length) == 0 &&
                     ::getsockname(handle, reinterpret_cast<sockaddr*>(&address), &length) == 0;
  ::close(handle);
  REQUIRE(bound);
  return ntohs(address.sin_port);
}

// Until the program listens on the UDP port of 127.0.0.1; false if it ended instead.
bool wait_until_bound(ChildProcess& program, int port) {
  const std::string entry = fmt::format(" 0100007F:{:04X} ", port);
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < end && !program.wait(kPause)) {
    if (read_file("/proc/net/udp").contains(entry)) return true;
  }
  return false;
}

// The messages that SIPp wrote down as received, in order: each after a line with its size and an empty line.
std::vector<SipMessage> received_messages(const std::string& log) {
  constexpr std::string_view kBegin = "UDP message received [";
  std::vector<SipMessage> found;
  std::size_t at = 0;
  while ((at = log.find(kBegin, at)) != std::string::npos) {
    at += kBegin.size();
    std::size_t size = 0;
    std::from_chars(log.data() + at, log.data() + log.size(), size);
    at = log.find("\n\n", at);
    if (at == std::string::npos) break;
    found.push_back({log.substr(at + 2, size)});
    at += 2 + found.back().text.size();
  }
  return found;
}

// For each call the first message that begins with `begin` and is about its INVITE. Call-IDs are 1@test, 2@test, ...
std::vector<SipMessage> by_call(const std::vector<SipMessage>& messages, std::string_view begin, std::size_t calls) {
  std::vector<SipMessage> found(calls);
  for (std::size_t i = 0; i < calls; ++i) {
    const std::vector<std::string> id = {fmt::format("Call-ID: {}@test", i + 1)};
    const std::vector<std::string> sequence = {"CSeq: 1 INVITE"};
    const auto at = std::ranges::find_if(messages, [&](const SipMessage& message) {
      return message.text.starts_with(begin) && message.lines("Call-ID") == id && message.lines("CSeq") == sequence;
    });
    if (at != messages.end()) found[i] = *at;
  }
  return found;
}

std::vector<std::string> header_lines(const std::string& text) {
  std::vector<std::string> found;
  std::size_t at = text.find("\r\n");
  while (at != std::string::npos) {
    at += 2;
    const std::size_t end = text.find("\r\n", at);
    if (end == std::string::npos || end == at) break;
    found.push_back(text.substr(at, end - at));
    at = end;
  }
  return found;
}

}  // namespace

std::vector<std::string> SipMessage::lines(std::string_view name) const {
  const std::string begin = std::string(name) + ":";
  std::vector<std::string> found = header_lines(text);
  std::erase_if(found, [&](const std::string& line) { return !line.starts_with(begin); });
  return found;
}

std::vector<std::string> SipMessage::header_names() const {
  std::vector<std::string> found = header_lines(text);
  for (std::string& line : found) line.erase(std::min(line.find(':'), line.size()));
  std::ranges::sort(found);
  return found;
}

bool SipScene::installed() {
  return std::filesystem::exists(kKamailio) && std::filesystem::exists(kSipp);
}

std::string SipScene::route() {
  const std::string config = read_file(std::string(kFolder) + "kamailio.cfg");
  const std::size_t begin = config.find("route[CALLER_NAME]");
  REQUIRE(begin != std::string::npos);
  return config.substr(begin, config.find("\n}\n", begin) + 3 - begin);
}

SipScene::SipScene(int port, const Changes& changes) : port_(free_udp_port()), phone_port_(free_udp_port()) {
  std::string config = read_file(std::string(kFolder) + "kamailio.cfg");
  replace(config, "127.0.0.1:5060", fmt::format("127.0.0.1:{}", port_));
  replace(config, "127.0.0.1:5080", fmt::format("127.0.0.1:{}", phone_port_));
  replace(config, "127.0.0.1:8480", fmt::format("127.0.0.1:{}", port));
  for (const auto& [old_part, new_part] : changes) replace(config, old_part, new_part);
  std::ofstream(dir_.file("kamailio.cfg")) << config;
  const std::string folder = dir_.path().string();
  kamailio_ =
      std::make_unique<ChildProcess>(std::vector<std::string>{kKamailio, "-DD", "-E", "-f", dir_.file("kamailio.cfg"),
                                                              "-m", "32", "-M", "4", "-Y", folder},
                                     folder, dir_.file("kamailio.log"));
  REQUIRE_MESSAGE(wait_until_bound(*kamailio_, port_), kamailio_->output());
}

SipCalls SipScene::call(const std::vector<SipCaller>& callers) {
  std::ofstream lines(dir_.file("callers.csv"), std::ios::trunc);
  lines << "SEQUENTIAL\n";
  for (const SipCaller& caller : callers)
    lines << caller.from << ';' << caller.asserted << ';' << caller.privacy << '\n';
  lines.close();
  const std::string folder = dir_.path().string();
  const auto sipp = [&](const char* scenario, int port, const std::string& log) {
    return std::vector<std::string>{kSipp,
                                    "-sf",
                                    kFolder + std::string(scenario),
                                    "-i",
                                    "127.0.0.1",
                                    "-p",
                                    std::to_string(port),
                                    "-m",
                                    std::to_string(callers.size()),
                                    "-nostdin",
                                    "-timeout",
                                    "30s",
                                    "-timeout_error",
                                    "-trace_msg",
                                    "-message_file",
                                    dir_.file(log)};
  };
  ChildProcess phone(sipp("uas.xml", phone_port_, "phone.messages"), folder, dir_.file("phone.log"));
  REQUIRE_MESSAGE(wait_until_bound(phone, phone_port_), phone.output());
  std::vector<std::string> arguments = sipp("uac.xml", free_udp_port(), "caller.messages");
  // As fast as the calls before end.
  for (const char* argument : {"-l", "1", "-r", "100", "-inf"}) arguments.emplace_back(argument);
  arguments.push_back(dir_.file("callers.csv"));
  for (const char* argument : {"-cid_str", "%u@test"}) arguments.emplace_back(argument);
  arguments.push_back(fmt::format("127.0.0.1:{}", port_));
  ChildProcess caller(arguments, folder, dir_.file("caller.log"));

  SipCalls calls;
  calls.connected = caller.wait(kPatience + 5s) == 0 && phone.wait(kPatience + 5s) == 0;
  calls.log = kamailio_->output() + caller.output() + phone.output();
  calls.invites = by_call(received_messages(read_file(dir_.file("phone.messages"))), "INVITE ", callers.size());
  calls.replies = by_call(received_messages(read_file(dir_.file("caller.messages"))), "SIP/2.0 200", callers.size());
  return calls;
}

}  // namespace ringdex::tests
