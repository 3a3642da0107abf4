#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace ringdex::tests {

// Another program as a child, with the programs that it starts itself: all of them are killed at the end. One thread.
class ChildProcess {
 public:
  // Runs the program at the path `arguments[0]` in `folder`; its stdout and stderr go to the file `output`, a path.
  ChildProcess(const std::vector<std::string>& arguments, const std::string& folder, std::string output);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  // Waits at most `timeout` for its end: the exit code, or 128 and the signal; none if it still runs, and -1 if it
  // could not be started.
  std::optional<int> wait(std::chrono::milliseconds timeout);
  // Kills it and its children, and waits.
  void kill();
  std::string output() const;

 private:
  int pid_ = -1;
  int handle_ = -1;  // readable once it has ended
  std::optional<int> exit_code_;
  std::string output_;
};

}  // namespace ringdex::tests
