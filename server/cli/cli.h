#pragma once

namespace ringdex::server {

// What a script learns from the exit code.
enum class ExitCode : int {
  ok = 0,
  negative = 1,  // nobody found, problems found, not resynced
  usage = 2,
  unreachable = 3,  // no server answers
  refused = 4,      // the server said no
  failed = 5,       // the server could not start
};

// The whole program: reads the arguments, does the command, returns the exit code.
int run_command_line(int argc, char** argv);

}  // namespace ringdex::server
