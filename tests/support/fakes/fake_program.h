#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ringdex::test_support {

using FakeArguments = std::map<std::string, std::string>;
// What stands after a command on stdin, in this order; the last one takes the rest of the line.
using FakeCommands = std::map<std::string, std::vector<std::string>>;

// "merge 5 7" as the arguments of that command; `name` becomes "merge". A command that is not known has none.
FakeArguments read_fake_command(const std::string& line, const FakeCommands& commands, std::string& name);

// Does each line of stdin until "quit"; at the end of its input it serves on until a signal ends it.
void serve_fake(const std::function<std::string(const std::string& line)>& run);

}  // namespace ringdex::test_support
