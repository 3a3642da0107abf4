#include "server/access/trusted_networks.h"

#include <doctest/doctest.h>

namespace ringdex::server {
namespace {

using boost::asio::ip::make_address;

TEST_CASE("an address belongs to the smallest network that holds it") {
  const TrustedNetworks networks({{make_address("10.0.0.0"), 8, "wide"},
                                  {make_address("10.1.2.0"), 23, "narrow"},
                                  {make_address("10.1.2.3"), 32, "one"},
                                  {make_address("2001:db8::"), 33, "six"}});
  const auto account = [&](const char* address) {
    const std::string* found = networks.account_of(make_address(address));
    return found == nullptr ? std::string("-") : *found;
  };
  CHECK(account("10.255.0.1") == "wide");
  CHECK(account("10.1.3.255") == "narrow");
  CHECK(account("10.1.4.0") == "wide");
  CHECK(account("10.1.2.3") == "one");
  CHECK(account("11.0.0.0") == "-");
  CHECK(account("::ffff:10.1.2.3") == "one");
  CHECK(account("2001:db8:7fff::1") == "six");
  CHECK(account("2001:db8:8000::1") == "-");
  CHECK(account("::1") == "-");
  CHECK(TrustedNetworks().account_of(make_address("127.0.0.1")) == nullptr);
  const TrustedNetworks all({{make_address("0.0.0.0"), 0, "all"}});
  CHECK(all.account_of(make_address("198.51.100.9")) != nullptr);
  CHECK(all.account_of(make_address("2001:db8::1")) == nullptr);
}

}  // namespace
}  // namespace ringdex::server
