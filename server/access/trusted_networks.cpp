#include "server/access/trusted_networks.h"

#include <algorithm>

namespace ringdex::server {
namespace {

namespace ip = boost::asio::ip;

template <typename Bytes>
bool share_bits(const Bytes& left, const Bytes& right, unsigned bits) {
  for (std::size_t at = 0; at < left.size() && bits > 0; ++at) {
    const unsigned counting = std::min(bits, 8U);
    const unsigned mask = 0xFFU << (8 - counting) & 0xFFU;
    if (((left[at] ^ right[at]) & mask) != 0) return false;
    bits -= counting;
  }
  return true;
}

bool holds(const TrustedNetworks::Network& network, const ip::address& address) {
  if (network.address.is_v4() != address.is_v4()) return false;
  if (address.is_v4()) return share_bits(network.address.to_v4().to_bytes(), address.to_v4().to_bytes(), network.bits);
  return share_bits(network.address.to_v6().to_bytes(), address.to_v6().to_bytes(), network.bits);
}

}  // namespace

TrustedNetworks::TrustedNetworks(std::vector<Network> networks) : networks_(std::move(networks)) {
  std::ranges::stable_sort(networks_, [](const Network& left, const Network& right) { return left.bits > right.bits; });
}

const std::string* TrustedNetworks::account_of(const ip::address& address) const {
  const ip::address plain = unmapped(address);
  const auto found = std::ranges::find_if(networks_, [&](const Network& network) { return holds(network, plain); });
  return found == networks_.end() ? nullptr : &found->account;
}

ip::address unmapped(const ip::address& address) {
  if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
  return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

}  // namespace ringdex::server
