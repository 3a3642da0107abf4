#pragma once

#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ringdex::tests {

struct HttpAnswer {
  int status = 0;  // 0: no answer
  nlohmann::json body;
  std::string text;
  std::map<std::string, std::string> headers;
};

struct CommandResult {
  int exit_code = -1;
  std::string out;  // stdout and stderr together
};

// Runs a program to its end.
CommandResult run_command(const std::vector<std::string>& arguments,
                          const std::map<std::string, std::string>& environment = {});

// The real binary as a child process, serving on a port that it chose itself.
class RingdexProcess {
 public:
  // Writes `config` (whose http.listen should have port 0) to `folder`/ringdex.json and starts `binary` on it.
  RingdexProcess(std::string binary, std::string folder, const std::string& config,
                 std::map<std::string, std::string> environment = {});
  ~RingdexProcess();
  RingdexProcess(const RingdexProcess&) = delete;
  RingdexProcess& operator=(const RingdexProcess&) = delete;

  // False if it ended instead of serving; then log() says why.
  bool serving() const { return !url_.empty(); }
  const std::string& url() const { return url_; }
  int port() const;
  int port_of(const std::string& scheme) const;  // "agi", "ldap", "ldaps"; 0: no such door
  std::string log() const;                       // its stderr so far
  std::string config_path() const { return folder_ + "/ringdex.json"; }

  void kill();  // SIGKILL, and waits
  // Sends the signal; with SIGTERM the exit code and how long it took.
  void signal(int number);
  std::pair<int, std::chrono::milliseconds> terminate();

  HttpAnswer get(const std::string& target, const std::map<std::string, std::string>& headers = {}) const;
  HttpAnswer post(const std::string& target, const std::string& body,
                  const std::map<std::string, std::string>& headers = {}) const;
  HttpAnswer put(const std::string& target, const std::string& body,
                 const std::map<std::string, std::string>& headers = {}) const;
  HttpAnswer remove(const std::string& target, const std::map<std::string, std::string>& headers = {}) const;
  nlohmann::json lookup(const std::string& number) const;
  // Bytes over a socket of its own, as they are; the whole answer until the server closes or `silence` passes.
  std::string raw(const std::string& bytes, std::chrono::milliseconds silence = std::chrono::milliseconds(2'000)) const;

  // Asks until `good` is true of the answer, at most `timeout`; false if it never was.
  template <typename Predicate>
  bool wait_for(const std::string& target, Predicate good,
                std::chrono::milliseconds timeout = std::chrono::seconds(30)) const {
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (std::chrono::steady_clock::now() < end) {
      const HttpAnswer answer = get(target);
      if (answer.status == 200 && good(answer.body)) return true;
      pause();
    }
    return false;
  }
  // Until the source is idle and has finished a run.
  bool wait_until_idle(const std::string& source, std::chrono::milliseconds timeout = std::chrono::seconds(60)) const;

 private:
  static void pause();
  bool reap();

  std::string binary_;
  std::string folder_;
  std::string url_;
  int pid_ = -1;
  int exit_code_ = -1;
};

}  // namespace ringdex::tests
