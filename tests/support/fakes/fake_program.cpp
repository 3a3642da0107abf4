#include "tests/support/fakes/fake_program.h"

#include <unistd.h>

#include <iostream>
#include <sstream>

namespace ringdex::test_support {

FakeArguments read_fake_command(const std::string& line, const FakeCommands& commands, std::string& name) {
  std::istringstream words(line);
  words >> name;
  FakeArguments arguments;
  const auto known = commands.find(name);
  if (known == commands.end()) return arguments;
  for (std::size_t i = 0; i < known->second.size(); ++i) {
    std::string value;
    if (i + 1 == known->second.size()) {
      std::getline(words >> std::ws, value);
    } else {
      words >> value;
    }
    arguments[known->second[i]] = value;
  }
  return arguments;
}

void serve_fake(const std::function<std::string(const std::string& line)>& run) {
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line == "quit") return;
    if (!line.empty()) std::cout << run(line) << std::endl;
  }
  while (true) ::pause();
}

}  // namespace ringdex::test_support
