#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

#include "tests/support/fakes/fake_server.h"

namespace ringdex::test_support {

// What the programs around the fakes share: options, commands on stdin, and an end.
class FakeProgram {
 public:
  // `people`: what the CRM calls them, "users"; also an option.
  FakeProgram(const std::string& about, const std::string& people, std::uint16_t& port,
              std::chrono::milliseconds& latency);

  CLI::App& options() { return app_; }
  std::size_t count() const { return count_; }
  std::uint64_t seed() const { return seed_; }

  // Reads the command line, then calls `start`, which makes the fake and calls serve(). Returns what main() does.
  int run(int argc, char** argv, const std::function<void()>& start);

  // Says where the fake is and who is there, and does each line of stdin until "quit"; at the end of its input it
  // serves on until a signal ends it.
  template <typename Ids>
  void serve(FakeServer& server, const Ids& ids) {
    serve_until_end(server, ids.empty() ? "" : fmt::format("{} {} to {}", people_, ids.front(), ids.back()));
  }

 private:
  void serve_until_end(FakeServer& server, const std::string& who);

  CLI::App app_;
  const std::string people_;
  std::chrono::milliseconds& latency_;
  std::uint64_t latency_ms_ = 0;
  std::size_t count_ = 1000;
  std::uint64_t seed_ = 1;
};

}  // namespace ringdex::test_support
