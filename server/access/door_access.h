#pragma once

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string_view>
#include <utility>

#include "server/access/api_keys.h"
#include "server/access/principal.h"
#include "server/access/trusted_networks.h"

namespace ringdex::server {

// Who may look up callers at a door that is not HTTP. Any thread may call.
class DoorAccess {
 public:
  DoorAccess(const ApiKeys& keys, TrustedNetworks networks) : keys_(keys), networks_(std::move(networks)) {}

  // With a key: whom it belongs to, if it has the scope lookup. Without one: the account of the network that asks, or,
  // while there are no keys at all, `default` for programs on this machine. nullopt if nobody may.
  std::optional<Principal> admit(const boost::asio::ip::address& address, std::string_view key) const;
  // Whether one that was admitted from there would be still.
  bool still_admits(const boost::asio::ip::address& address, const Principal& principal) const;

 private:
  const ApiKeys& keys_;
  const TrustedNetworks networks_;
};

}  // namespace ringdex::server
