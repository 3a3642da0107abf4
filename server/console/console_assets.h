#pragma once

#include <span>
#include <string_view>

namespace ringdex::server {

// One file of server/console as it stands in the binary (embed.cmake).
struct ConsoleAsset {
  std::string_view file;  // "agent/agent.js", from server/console
  std::string_view body;
  std::string_view etag;  // its SHA-256 in quotes
};

std::span<const ConsoleAsset> console_assets();

}  // namespace ringdex::server
