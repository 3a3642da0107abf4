#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ringdex::test_support {

// What a command came with, by name; what did not come is empty, and as a number 0.
struct FakeArguments {
  std::map<std::string, std::string> values;
  std::string text(const std::string& name) const;
  std::uint64_t number(const std::string& name) const;
};

// What people and scripts tell a fake to do, on its stdin or by POST /_fake/<name>?<argument>=....
struct FakeCommand {
  std::string name;
  std::vector<std::string> arguments;  // as they stand on stdin; the last one takes the rest of the line
  std::function<std::string(const FakeArguments&)> run;  // says what was done
};
using FakeCommands = std::vector<FakeCommand>;

// "merge" with its arguments, or as a line: "merge 5 7". Says what was done, or what can be.
std::string run_fake_command(const FakeCommands& commands, const std::string& name, const FakeArguments& arguments);
std::string run_fake_command(const FakeCommands& commands, const std::string& line);

// What a command answers: what it did, or that it could not.
inline std::string done(bool good, const std::string& what) {
  return good ? what : "not done: " + what;
}

}  // namespace ringdex::test_support
