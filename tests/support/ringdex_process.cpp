#include "tests/support/ringdex_process.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <httplib.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>
#include <thread>

#include "telephony/text/percent_encoding.h"

namespace ringdex::tests {
namespace {

constexpr std::chrono::milliseconds kPause{10};
constexpr std::chrono::seconds kStartPatience{60};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Starts a program with its output in files.
int start(const std::vector<std::string>& arguments, const std::map<std::string, std::string>& environment,
          const std::string& out, const std::string& err) {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    if (!environment.contains(std::string(text.substr(0, text.find('='))))) variables.emplace_back(text);
  }
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  std::vector<char*> argv;
  std::vector<char*> envp;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  for (const auto& variable : variables) envp.push_back(const_cast<char*>(variable.c_str()));
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (err == out) {
    posix_spawn_file_actions_adddup2(&files, 1, 2);
  } else {
    posix_spawn_file_actions_addopen(&files, 2, err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  }
  pid_t pid = -1;
  const int failed = posix_spawn(&pid, argv[0], &files, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&files);
  return failed == 0 ? pid : -1;
}

HttpAnswer to_answer(const httplib::Result& result) {
  HttpAnswer answer;
  if (!result) return answer;
  answer.status = result->status;
  answer.text = result->body;
  answer.body = nlohmann::json::parse(result->body, nullptr, false);
  for (const auto& [name, value] : result->headers) answer.headers.emplace(name, value);
  return answer;
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& arguments,
                          const std::map<std::string, std::string>& environment) {
  std::string out = "/tmp/ringdex-command-XXXXXX";
  ::close(::mkstemp(out.data()));
  CommandResult result;
  if (const int pid = start(arguments, environment, out, out); pid > 0) {
    int status = 0;
    ::waitpid(pid, &status, 0);
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  result.out = read_file(out);
  ::unlink(out.c_str());
  return result;
}

RingdexProcess::RingdexProcess(std::string binary, std::string folder, const std::string& config,
                               std::map<std::string, std::string> environment)
    : binary_(std::move(binary)), folder_(std::move(folder)) {
  std::ofstream(config_path()) << config;
  const std::string out = folder_ + "/stdout";
  pid_ = start({binary_, "serve", "--config", config_path()}, environment, out, folder_ + "/stderr");
  const auto end = std::chrono::steady_clock::now() + kStartPatience;
  while (std::chrono::steady_clock::now() < end && !reap()) {
    const std::string text = read_file(out);
    const std::size_t at = text.find("serves ");
    const std::size_t line_end = text.find('\n', at);
    if (at != std::string::npos && line_end != std::string::npos) {
      url_ = text.substr(at + 7, line_end - at - 7);
      return;
    }
    pause();
  }
}

RingdexProcess::~RingdexProcess() {
  kill();
}

void RingdexProcess::pause() {
  std::this_thread::sleep_for(kPause);
}

bool RingdexProcess::reap() {
  if (pid_ <= 0) return true;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return false;
  exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  pid_ = -1;
  return true;
}

int RingdexProcess::port_of(const std::string& scheme) const {
  const std::string out = read_file(folder_ + "/stdout");
  const std::size_t at = out.find("serves " + scheme + "://");
  if (at == std::string::npos) return 0;
  const std::size_t end = out.find('\n', at);
  return std::stoi(out.substr(out.rfind(':', end) + 1));
}

int RingdexProcess::port() const {
  return std::stoi(url_.substr(url_.rfind(':') + 1));
}
std::string RingdexProcess::log() const {
  return read_file(folder_ + "/stderr");
}

void RingdexProcess::kill() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (!reap()) pause();
}

void RingdexProcess::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

std::pair<int, std::chrono::milliseconds> RingdexProcess::terminate() {
  const auto begin = std::chrono::steady_clock::now();
  signal(SIGTERM);
  while (!reap()) pause();
  return {exit_code_, std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin)};
}

HttpAnswer RingdexProcess::get(const std::string& target, const std::map<std::string, std::string>& headers) const {
  httplib::Client client(url_);
  client.enable_server_certificate_verification(false);
  return to_answer(client.Get(target, httplib::Headers(headers.begin(), headers.end())));
}

HttpAnswer RingdexProcess::post(const std::string& target, const std::string& body,
                                const std::map<std::string, std::string>& headers) const {
  httplib::Client client(url_);
  client.enable_server_certificate_verification(false);
  client.set_read_timeout(60);
  return to_answer(client.Post(target, httplib::Headers(headers.begin(), headers.end()), body, "application/json"));
}

HttpAnswer RingdexProcess::put(const std::string& target, const std::string& body,
                               const std::map<std::string, std::string>& headers) const {
  httplib::Client client(url_);
  return to_answer(client.Put(target, httplib::Headers(headers.begin(), headers.end()), body, "application/json"));
}

HttpAnswer RingdexProcess::remove(const std::string& target, const std::map<std::string, std::string>& headers) const {
  httplib::Client client(url_);
  return to_answer(client.Delete(target, httplib::Headers(headers.begin(), headers.end())));
}

nlohmann::json RingdexProcess::lookup(const std::string& number) const {
  return get("/v1/lookup?number=" + text::percent_encoded(number)).body;
}

std::string RingdexProcess::raw(const std::string& bytes, std::chrono::milliseconds silence) const {
  const int handle = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (::connect(handle, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto count = ::send(handle, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    pollfd waiting{handle, POLLIN, 0};
    char buffer[4096];
    while (::poll(&waiting, 1, static_cast<int>(silence.count())) == 1) {
      const auto count = ::recv(handle, buffer, sizeof buffer, 0);
      if (count <= 0) break;
      answer.append(buffer, static_cast<std::size_t>(count));
    }
  }
  ::close(handle);
  return answer;
}

bool RingdexProcess::wait_until_idle(const std::string& source, std::chrono::milliseconds timeout) const {
  const auto is_idle = [&source](const nlohmann::json& body) {
    for (const auto& entry : body["sources"]) {
      if (entry["id"] == source) return entry["state"] == "idle" && !entry["run"].is_null();
    }
    return false;
  };
  return wait_for("/v1/sources", is_idle, timeout);
}

}  // namespace ringdex::tests
