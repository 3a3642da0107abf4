#pragma once

#include <expected>
#include <optional>
#include <string>

#include "config/config.h"
#include "server/access/api_keys.h"
#include "server/access/console_sessions.h"
#include "server/access/record_links.h"

namespace ringdex::server {

// Who is let in; each a file in data_dir.
struct Access {
  Access(const config::Config& config, const Clock& clock);

  // Reads the files. An error is for people.
  std::expected<void, std::string> load();

  const std::string data_dir;
  ApiKeys keys;                      // of programs and people
  ConsoleSessions sessions;          // browsers that are signed in
  std::optional<RecordLinks> links;  // to one person's card for a while; there once loaded
};

}  // namespace ringdex::server
