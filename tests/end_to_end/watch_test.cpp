#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "tests/server/event_server.h"

namespace ringdex::tests {
namespace {

// 'ringdex watch' as a child, its stdout and stderr together.
class WatchProcess {
 public:
  explicit WatchProcess(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {RINGDEX_BINARY, "watch"});
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    std::vector<char*> argv;
    for (std::string& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], 1);
    posix_spawn_file_actions_adddup2(&files, ends[1], 2);
    // The sockets of the server, which is in this process, would stay open in it.
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    REQUIRE(posix_spawn(&pid_, argv[0], &files, nullptr, argv.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&files);
    ::close(ends[1]);
    out_ = ends[0];
  }
  ~WatchProcess() {
    if (pid_ > 0) end(SIGKILL);
    ::close(out_);
  }
  WatchProcess(const WatchProcess&) = delete;
  WatchProcess& operator=(const WatchProcess&) = delete;

  // Its next line; empty: none came.
  std::string line() {
    constexpr int kPatienceMilliseconds = 30'000;
    while (true) {
      if (const std::size_t end = text_.find('\n'); end != std::string::npos) {
        const std::string found = text_.substr(0, end);
        text_.erase(0, end + 1);
        return found;
      }
      pollfd waiting{out_, POLLIN, 0};
      char buffer[4096];
      if (::poll(&waiting, 1, kPatienceMilliseconds) != 1) return "";
      const auto count = ::read(out_, buffer, sizeof buffer);
      if (count <= 0) return "";
      text_.append(buffer, static_cast<std::size_t>(count));
    }
  }

  // Its exit code, after the signal if there is one.
  int end(int signal = 0) {
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  pid_t pid_ = -1;
  int out_ = -1;
  std::string text_;
};

std::string url_of(const EventServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

std::string data(const std::string& name) {
  return R"({"call":{"id":"1","direction":"inbound","started_at":"2026-01-04T05:33:18Z","agents":["mary"],)"
         R"("picked":null},"match":"one","number":{"input":"+442079460100","e164":"+442079460100"},)"
         R"("candidates":[{"id":"crm:contact:1","name":")" +
         name + R"(","organization":"Glass"}],"total":1,"default":"crm:contact:1"})";
}

TEST_CASE("watch tells of calls as they ring") {
  EventServer server;
  server.source.publish({"mary"}, data("Before"));
  WatchProcess watch({"--server", url_of(server), "--agent", "mary"});
  CHECK(watch.line() == "ringdex: listening");
  server.source.publish({"joe"}, data("Not hers"));
  server.source.publish({"mary"}, data("Ada\\u001b[2J Whitlock"));
  const std::string line = watch.line();
  CHECK(line.substr(line.find(':') + 1) == "33:18  ringing   <- +442079460100     Ada [2J Whitlock, Glass  (mary)");
  CHECK(watch.end(SIGTERM) == 0);
}

TEST_CASE("watch comes back for what it missed") {
  EventServer server;
  WatchProcess watch({"--server", url_of(server), "--json"});
  CHECK(watch.line() == "ringdex: listening");
  server.source.publish({}, R"({"n":1})");
  CHECK(watch.line() == R"({"id":"1","type":"ringing","data":{"n":1}})");
  server.restart([&] { server.source.publish({}, R"({"n":2})"); });
  CHECK(watch.line() == "ringdex: the connection ended; trying again in 1 s");
  CHECK(watch.line() == R"({"id":"2","type":"ringing","data":{"n":2}})");
  CHECK(watch.line() == "ringdex: listening");
  server.source.publish({}, R"({"n":3})");
  CHECK(watch.line() == R"({"id":"3","type":"ringing","data":{"n":3}})");
  CHECK(watch.end(SIGINT) == 0);
}

TEST_CASE("watch ends where the server says no, or none is there") {
  EventServer server;
  WatchProcess bad({"--server", url_of(server), "--agent", std::string(65, 'a')});
  CHECK(bad.line().starts_with("ringdex: bad_agent: "));
  CHECK(bad.end() == 4);
  const std::string key = server.keys.create("default", {"lookup"}, "", 0).value();
  WatchProcess stranger({"--server", url_of(server)});
  CHECK(stranger.line().starts_with("ringdex: unauthorized: "));
  CHECK(stranger.end() == 4);
  WatchProcess unfit({"--server", url_of(server), "--key", key});
  CHECK(unfit.line().starts_with("ringdex: scope_missing: "));
  CHECK(unfit.end() == 4);
  WatchProcess alone({"--server", "http://127.0.0.1:1"});
  CHECK(alone.line().starts_with("ringdex: no ringdex answers"));
  CHECK(alone.end() == 3);
}

}  // namespace
}  // namespace ringdex::tests
