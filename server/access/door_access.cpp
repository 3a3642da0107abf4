#include "server/access/door_access.h"

namespace ringdex::server {

std::optional<Principal> DoorAccess::admit(const boost::asio::ip::address& address, std::string_view key) const {
  if (!key.empty()) {
    auto principal = keys_.check(key);
    if (!principal || !principal->may(Scope::lookup)) return std::nullopt;
    return principal;
  }
  if (const std::string* account = networks_.account_of(address)) {
    return Principal{*account, static_cast<unsigned>(Scope::lookup), ""};
  }
  if (!keys_.empty() || !unmapped(address).is_loopback()) return std::nullopt;
  return Principal{"default", static_cast<unsigned>(Scope::lookup), ""};
}

bool DoorAccess::still_admits(const boost::asio::ip::address& address, const Principal& principal) const {
  if (!principal.key_id.empty()) return keys_.still_lets_in(principal.key_id);
  return admit(address, "").has_value();
}

}  // namespace ringdex::server
