#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "server/access/door_access.h"
#include "server/doors/door_lookups.h"
#include "server/ldap/ldap_search.h"
#include "server/metrics/metrics.h"
#include "server/net/door_server.h"

namespace ringdex::server {

struct LdapOptions {
  DoorServerOptions listen;  // plain; with a certificate it has StartTLS
  std::optional<DoorServerOptions> tls_listen;
  std::chrono::milliseconds idle_timeout;
  LdapSearchOptions search;
  unsigned disk_threads;     // for searches by name
  unsigned waiting_threads;  // for lookups that wait for a CRM
};

// Answers LDAPv3 (RFC 4511, 4513), read only: desk phones that look up who calls, or search by name.
class LdapDoor {
 public:
  // What is given must outlive it.
  LdapDoor(LdapOptions options, const DoorLookups& lookups, const Directory& directory, DoorAccess access,
           DoorMetrics& metrics);
  ~LdapDoor();

  std::expected<void, std::string> start();
  std::uint16_t port() const { return plain_->port(); }
  std::uint16_t tls_port() const { return tls_ ? tls_->port() : 0; }
  void begin_stop();
  void stop(std::chrono::milliseconds deadline);

 private:
  struct Shared {
    const LdapOptions options;
    const LdapSearcher searcher;
    const DoorAccess access;
    DoorMetrics& metrics;
    boost::asio::thread_pool& disk;
    boost::asio::thread_pool& waiting;
    std::optional<boost::asio::ssl::context> start_tls;
  };
  class Session;

  DoorServer::Serve serve(bool with_tls);

  boost::asio::thread_pool disk_;
  boost::asio::thread_pool waiting_;
  Shared shared_;
  std::unique_ptr<DoorServer> plain_;
  std::unique_ptr<DoorServer> tls_;  // nullptr if there is no such listener
};

}  // namespace ringdex::server
