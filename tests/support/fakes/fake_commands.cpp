#include "tests/support/fakes/fake_commands.h"

#include <algorithm>
#include <charconv>
#include <sstream>

namespace ringdex::test_support {

std::string FakeArguments::text(const std::string& name) const {
  const auto found = values.find(name);
  return found == values.end() ? std::string() : found->second;
}

std::uint64_t FakeArguments::number(const std::string& name) const {
  const std::string digits = text(name);
  std::uint64_t number = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::string run_fake_command(const FakeCommands& commands, const std::string& name, const FakeArguments& arguments) {
  const auto known = std::ranges::find(commands, name, &FakeCommand::name);
  if (known != commands.end()) return known->run(arguments);
  std::string names;
  for (const FakeCommand& command : commands) names += (names.empty() ? "" : ", ") + command.name;
  return "unknown: " + name + " (" + names + ")";
}

std::string run_fake_command(const FakeCommands& commands, const std::string& line) {
  std::istringstream words(line);
  std::string name;
  words >> name;
  FakeArguments arguments;
  const auto known = std::ranges::find(commands, name, &FakeCommand::name);
  if (known != commands.end()) {
    for (const std::string& argument : known->arguments) {
      std::string& value = arguments.values[argument];
      if (&argument == &known->arguments.back()) {
        std::getline(words >> std::ws, value);
      } else {
        words >> value;
      }
    }
  }
  return run_fake_command(commands, name, arguments);
}

}  // namespace ringdex::test_support
