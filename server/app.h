#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"

namespace ringdex::server {

// Builds everything in order, serves, and stops it in the reverse order.
class App {
 public:
  // Listens and syncs when it returns. An error is for people: what, where, what to do.
  static std::expected<std::unique_ptr<App>, std::string> start(const config::Config& config,
                                                                const std::string& config_path);
  ~App();

  // Where it listens, as URLs; the first is of the HTTP door.
  std::vector<std::string> addresses() const;
  // Serves until SIGTERM or SIGINT; SIGHUP reads the config file and the keys again.
  void run();

 private:
  App();
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace ringdex::server
