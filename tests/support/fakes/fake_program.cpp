#include "tests/support/fakes/fake_program.h"

#include <unistd.h>

#include <exception>
#include <iostream>

namespace ringdex::test_support {

FakeProgram::FakeProgram(const std::string& about, const std::string& people, std::uint16_t& port,
                         std::chrono::milliseconds& latency)
    : app_(about), people_(people), latency_(latency) {
  app_.add_option("--port", port, "Port on 127.0.0.1; 0 takes any free one");
  app_.add_option("--" + people, count_, "How many " + people + " there are at the start");
  app_.add_option("--seed", seed_, "The same seed gives the same " + people);
  app_.add_option("--latency-ms", latency_ms_, "Each answer waits this long");
}

int FakeProgram::run(int argc, char** argv, const std::function<void()>& start) {
  CLI11_PARSE(app_, argc, argv);
  latency_ = std::chrono::milliseconds(latency_ms_);
  try {
    start();
  } catch (const std::exception& problem) {
    std::cerr << problem.what() << std::endl;
    return 1;
  }
  return 0;
}

void FakeProgram::serve_until_end(FakeServer& server, const std::string& who) {
  std::cout << server.base_url() << std::endl;
  if (!who.empty()) std::cout << who << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    if (line == "quit") return;
    if (!line.empty()) std::cout << server.command(line) << std::endl;
  }
  while (true) ::pause();
}

}  // namespace ringdex::test_support
