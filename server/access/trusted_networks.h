#pragma once

#include <boost/asio/ip/address.hpp>
#include <string>
#include <vector>

namespace ringdex::server {

// Networks whose phone systems may look up callers without a key, each as one account. Const; any thread may call.
class TrustedNetworks {
 public:
  struct Network {
    boost::asio::ip::address address;
    unsigned bits;  // of it that count
    std::string account;
  };

  TrustedNetworks() = default;
  explicit TrustedNetworks(std::vector<Network> networks);

  bool empty() const { return networks_.empty(); }
  // The account of the smallest network that holds the address, or nullptr. It lives as long as this.
  const std::string* account_of(const boost::asio::ip::address& address) const;

 private:
  std::vector<Network> networks_;  // the smallest first
};

// An IPv4 address that came through an IPv6 socket, as what it is.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address);

}  // namespace ringdex::server
