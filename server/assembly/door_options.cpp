#include "server/assembly/door_options.h"

#include <fmt/core.h>

#include <utility>

#include "server/lookup/live_lookups.h"

namespace ringdex::server {
namespace {

constexpr unsigned kBlockingThreads = 4;
// More than the ringing calls that may wait for a CRM at a time, so that the others find a thread.
constexpr unsigned kRingThreads = 36;
constexpr unsigned kDirectoryThreads = 2;
constexpr std::chrono::seconds kEventHeartbeat{15};

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

}  // namespace

HttpServerOptions http_options(const config::HttpConfig& from, Clock clock) {
  return {.listen = {.host = from.listen.host,
                     .port = from.listen.port,
                     .threads = from.threads,
                     .tls_certificate = from.tls ? from.tls->certificate : "",
                     .tls_key = from.tls ? from.tls->key : "",
                     .connections_max = from.connections_max},
          .header_bytes_max = from.header_bytes_max,
          .body_bytes_max = from.body_bytes_max,
          .header_timeout = from.header_timeout,
          .idle_timeout = from.idle_timeout,
          .blocking_threads = kBlockingThreads,
          .ringing_threads = kRingThreads,
          .waiting_threads = LiveLookups::kWaitingMax,
          .event_heartbeat = kEventHeartbeat,
          .clock = std::move(clock)};
}

FastAgiOptions fastagi_options(const config::FastAgiConfig& from, AgiAnswerOptions::Link jcard_link) {
  return {.listen = {.host = from.listen.host,
                     .port = from.listen.port,
                     .threads = from.threads,
                     .connections_max = from.connections_max},
          .deadline = from.deadline,
          .answer = {.prefix = from.prefix, .jcard_link = std::move(jcard_link)},
          .names_restricted = from.names_restricted,
          .plan = telephony::plan_from(from.plan).value_or(telephony::Plan::automatic),
          .waiting_threads = LiveLookups::kWaitingMax};
}

LdapOptions ldap_options(const config::LdapConfig& from) {
  const auto listen = [&](const config::Listen& where) {
    return DoorServerOptions{.host = where.host,
                             .port = where.port,
                             .threads = from.threads,
                             .tls_certificate = from.tls ? from.tls->certificate : "",
                             .tls_key = from.tls ? from.tls->key : "",
                             .connections_max = from.connections_max};
  };
  LdapOptions options{.listen = listen(from.listen),
                      .tls_listen = {},
                      .idle_timeout = from.idle_timeout,
                      .search = {.base_dn = from.base_dn,
                                 .entries_max = from.entries_max,
                                 .deadline = from.deadline,
                                 .plan = telephony::plan_from(from.plan).value_or(telephony::Plan::automatic),
                                 .start_tls = from.tls.has_value()},
                      .disk_threads = kDirectoryThreads,
                      .waiting_threads = LiveLookups::kWaitingMax};
  if (from.tls_listen) options.tls_listen = listen(*from.tls_listen);
  return options;
}

TrustedNetworks trusted(const std::vector<config::NetworkConfig>& networks) {
  std::vector<TrustedNetworks::Network> all;
  for (const config::NetworkConfig& network : networks) {
    all.push_back({boost::asio::ip::make_address(network.address), network.bits, network.account});
  }
  return TrustedNetworks(std::move(all));
}

std::expected<void, std::string> check_reach(const ApiKeys& keys, std::string_view door, const config::Listen& listen,
                                             const std::vector<config::NetworkConfig>& networks,
                                             const std::string& config_path) {
  if (!keys.empty() || !networks.empty() || is_loopback(listen.host)) return {};
  return std::unexpected(
      fmt::format("{}.listen is {}, which other machines can reach, and there are no API keys: make one with "
                  "'ringdex key create --scope lookup --config {}', or listen on 127.0.0.1",
                  door, listen.host, config_path));
}

bool is_over_tls(const config::HttpConfig& http) {
  return http.public_url.empty() ? http.tls.has_value() : http.public_url.starts_with("https://");
}

std::string address_text(std::string_view scheme, const config::Listen& listen, std::uint16_t port) {
  const bool is_ip6 = listen.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}", scheme, is_ip6 ? "[" : "", listen.host, is_ip6 ? "]" : "", port);
}

}  // namespace ringdex::server
