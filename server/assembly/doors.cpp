#include "server/assembly/doors.h"

#include <algorithm>
#include <utility>

#include "server/assembly/door_options.h"

namespace ringdex::server {
namespace {

// For a channel variable, which needs an address that the callee's phone can reach.
AgiAnswerOptions::Link jcard_link(const OwnAddress& own_address, const RecordLinks& links, const Clock& clock) {
  if (!own_address.is_configured()) return {};
  return [&own_address, &links, clock](std::string_view account, const index::RecordId& id) {
    return own_address.configured() + links.path_to(account, id, clock());
  };
}

}  // namespace

std::expected<void, std::string> Doors::open(const config::Config& config, const std::string& config_path,
                                             const Asked& asked, const Clock& clock) {
  const ApiKeys& keys = asked.access.keys;
  const config::HttpConfig& http = config.http;
  if (auto fits = check_reach(keys, "http", http.listen, http.networks, config_path); !fits) return fits;
  router_.emplace(all_routes(asked, own_address_, clock), keys, HttpTrust{trusted(http.networks), http.host_names},
                  &asked.access.sessions);
  http_.emplace(http_options(http, clock), *router_, asked.metrics);
  if (auto listening = http_->start(); !listening) return listening;
  if (const auto& from = config.fastagi) {
    if (auto fits = check_reach(keys, "fastagi", from->listen, from->networks, config_path); !fits) return fits;
    if (auto opened = open_fastagi(*from, asked, clock); !opened) return opened;
  }
  if (const auto& from = config.ldap) {
    if (auto fits = check_reach(keys, "ldap", from->listen, from->networks, config_path); !fits) return fits;
    if (auto opened = open_ldap(*from, asked); !opened) return opened;
  }
  return {};
}

std::expected<void, std::string> Doors::open_fastagi(const config::FastAgiConfig& from, const Asked& asked,
                                                     const Clock& clock) {
  fastagi_.emplace(fastagi_options(from, jcard_link(own_address_, *asked.access.links, clock)),
                   asked.lookups.by(AskedBy::fastagi), DoorAccess(asked.access.keys, trusted(from.networks)),
                   asked.metrics.door(Door::fastagi));
  return fastagi_->start();
}

std::expected<void, std::string> Doors::open_ldap(const config::LdapConfig& from, const Asked& asked) {
  ldap_.emplace(ldap_options(from), asked.lookups.by(AskedBy::ldap), asked.lookups.directory,
                DoorAccess(asked.access.keys, trusted(from.networks)), asked.metrics.door(Door::ldap));
  return ldap_->start();
}

std::vector<std::string> Doors::addresses(const config::Config& config) const {
  std::vector<std::string> all;
  const auto add = [&all](std::string_view scheme, const config::Listen& listen, std::uint16_t port) {
    all.push_back(address_text(scheme, listen, port));
  };
  add(config.http.tls ? "https" : "http", config.http.listen, http_->port());
  if (fastagi_) add("agi", config.fastagi->listen, fastagi_->port());
  if (ldap_) add("ldap", config.ldap->listen, ldap_->port());
  if (ldap_ && config.ldap->tls_listen) add("ldaps", *config.ldap->tls_listen, ldap_->tls_port());
  return all;
}

void Doors::stop(std::chrono::milliseconds deadline) {
  const Metrics::Timer waited;
  const auto left = [&] {
    return std::max(deadline - std::chrono::floor<std::chrono::milliseconds>(waited.elapsed()),
                    std::chrono::milliseconds(0));
  };
  if (http_) http_->begin_stop();
  if (fastagi_) fastagi_->begin_stop();
  if (ldap_) ldap_->begin_stop();
  if (http_) http_->stop(left());
  if (fastagi_) fastagi_->stop(left());
  if (ldap_) ldap_->stop(left());
}

}  // namespace ringdex::server
