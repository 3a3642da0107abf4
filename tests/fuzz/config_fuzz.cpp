#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "config/config.h"

// Any text gives either a whole configuration or problems that each have a message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto result = ringdex::config::load_text(text, "/nonexistent", {{"NAME", "value"}});
  if (result.config.has_value() != result.problems.empty()) std::abort();
  for (const auto& problem : result.problems) {
    if (problem.message.empty()) std::abort();
  }
  return 0;
}
