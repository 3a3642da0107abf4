#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "index/records/record.h"
#include "tests/support/fakes/fake_commands.h"

namespace ringdex::test_support {

using index::TimePoint;

// What the next requests to a path get instead of an answer.
struct FakeFault {
  enum class Kind { answer, truncate, close, stall };
  std::string path_part;  // of path and query as sent; empty: any
  unsigned times = 1;
  Kind kind = Kind::answer;  // truncate: half of the right body; close: the connection ends; stall: nothing comes
  int status = 500;
  std::string body;
  std::map<std::string, std::string> headers;
};

struct FakeRequest {
  std::string method;
  std::string path;    // without query
  std::string target;  // with it, as sent
  std::multimap<std::string, std::string> params;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;

  std::string param(const std::string& name) const;   // the first of that name; empty if there is none
  std::string header(const std::string& name) const;  // the same
};

struct FakeAnswer {
  int status = 200;
  std::string body;
  std::map<std::string, std::string> headers;
};

struct FakeServerOptions {
  std::uint16_t port = 0;        // 0: any free one
  std::string certificate_file;  // with key_file: TLS
  std::string key_file;
};

// The HTTP side of a fake CRM on 127.0.0.1: sockets, faults, latency, and the commands of people and scripts. Served
// from threads of its own; every call here is safe from any thread.
class FakeServer {
 public:
  // Called under mutex().
  using Answer = std::function<FakeAnswer(const FakeRequest&)>;
  using Clock = std::function<TimePoint()>;

  FakeServer(const FakeServerOptions& options, Clock clock, Answer answer, FakeCommands commands);
  ~FakeServer();
  FakeServer(const FakeServer&) = delete;
  FakeServer& operator=(const FakeServer&) = delete;

  std::string base_url() const;
  // "merge 5 7" and whatever else the fake was made with, and "fault"; says what was done. Not under mutex().
  std::string command(const std::string& line);
  std::mutex& mutex() const;  // of whatever the answers are made from

  void add_fault(FakeFault fault);
  void clear_faults();
  void release_stalls();
  void set_latency(std::chrono::milliseconds latency);
  std::uint64_t faults_met() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace ringdex::test_support
