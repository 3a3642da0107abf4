#include "server/assembly/access.h"

#include <utility>

#include "config/logging/log.h"
#include "server/assembly/door_options.h"

namespace ringdex::server {

Access::Access(const config::Config& config, const Clock& clock)
    : data_dir(config.data_dir),
      keys(data_dir + "/keys.json"),
      sessions(data_dir + "/sessions.json", SessionCookie(is_over_tls(config.http)), clock) {}

std::expected<void, std::string> Access::load() {
  if (auto loaded = keys.load(); !loaded) return loaded;
  if (auto loaded = sessions.load(); !loaded) log::error("every browser must sign in again: {}", loaded.error());
  auto opened = RecordLinks::open(data_dir + "/links.secret");
  if (!opened) return std::unexpected(opened.error());
  links.emplace(std::move(*opened));
  return {};
}

}  // namespace ringdex::server
