#include "config/door_config.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "config/json_text.h"
#include "config/value_syntax.h"

namespace ringdex::config {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kThreadsMax = 256;
// All variables are named in one command, which Asterisk limits.
constexpr std::size_t kVariablePrefixMax = 16;
constexpr std::size_t kConnectionsMax = 1'000'000;

std::string path_in(const std::string& folder, const std::string& path) {
  return (std::filesystem::path(folder) / path).lexically_normal().string();
}

// False if the key is absent or wrong.
bool read_listen(ObjectReader& reader, std::string_view key, Listen& target) {
  std::string text;
  if (!reader.text(key, text)) return false;
  const auto parsed = parse_listen(text);
  if (parsed) {
    target = *parsed;
  } else {
    reader.report(key, parsed.error());
  }
  return parsed.has_value();
}

std::optional<TlsConfig> read_tls(ObjectReader& reader, const std::string& folder) {
  auto tls = reader.object("tls");
  if (!tls) return std::nullopt;
  TlsConfig files;
  if (tls->text("certificate", files.certificate, Presence::required)) {
    files.certificate = path_in(folder, files.certificate);
  }
  if (tls->text("key", files.key, Presence::required)) files.key = path_in(folder, files.key);
  tls->finish();
  return files;
}

void read_networks(ObjectReader& reader, std::vector<NetworkConfig>& networks) {
  const auto place = reader.place_of("networks");
  for (const auto& [text, account] : reader.members("networks")) {
    auto network = parse_network(text);
    if (!network) {
      reader.report_at(place_in(place, text), network.error());
    } else if (!is_id(account.text_or_empty())) {
      reader.report_at(place_in(place, text), "must be the id of the account as which the network asks");
    } else {
      network->account = account.text_or_empty();
      networks.push_back(std::move(*network));
    }
  }
}

bool is_variable_prefix(std::string_view text) {
  return text.size() <= kVariablePrefixMax && std::ranges::all_of(text, [](char c) {
           return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

bool is_dn(std::string_view text) {
  return text.size() <= 255 && text.contains('=') &&
         std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '\x7f'; });
}

}  // namespace

HttpConfig read_http(ObjectReader& reader, const std::string& folder) {
  HttpConfig http;
  read_listen(reader, "listen", http.listen);
  reader.number("threads", http.threads, 1, kThreadsMax);
  http.tls = read_tls(reader, folder);
  reader.number("connections_max", http.connections_max, 1, kConnectionsMax);
  reader.number("header_bytes_max", http.header_bytes_max, 1024, 1024 * 1024);
  reader.number("body_bytes_max", http.body_bytes_max, 1024, 64 * 1024 * 1024);
  reader.duration("header_timeout", http.header_timeout, 10ms, 1h);
  reader.duration("idle_timeout", http.idle_timeout, 10ms, 1h);
  read_networks(reader, http.networks);
  reader.texts("host_names", http.host_names);
  for (std::size_t i = 0; i < http.host_names.size(); ++i) {
    if (is_host_name(http.host_names[i])) continue;
    reader.report_at(fmt::format("{}[{}]", reader.place_of("host_names"), i), "must be a host's name, without a port");
  }
  if (std::string url; reader.text("public_url", url)) {
    const std::size_t host = url.find("://") + 3;
    const bool is_http = url.starts_with("https://") || url.starts_with("http://");
    const bool is_clean = std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; });
    if (!is_http || !is_clean || host >= url.size() || url[host] == '/' ||
        url.find_first_of("?#<>\"") != std::string::npos) {
      reader.report("public_url", "must be an address such as https://ringdex.acme.example");
    }
    while (url.ends_with('/')) url.pop_back();
    http.public_url = url;
  }
  reader.finish();
  return http;
}

FastAgiConfig read_fastagi(ObjectReader& reader) {
  FastAgiConfig agi;
  read_listen(reader, "listen", agi.listen);
  reader.number("threads", agi.threads, 1, kThreadsMax);
  reader.number("connections_max", agi.connections_max, 1, kConnectionsMax);
  reader.duration("deadline", agi.deadline, 50ms, 10s);
  read_networks(reader, agi.networks);
  if (reader.text_or_empty("prefix", agi.prefix) && !is_variable_prefix(agi.prefix)) {
    reader.report("prefix", "must be letters, digits and _, at most 16");
  }
  reader.choice("plan", agi.plan, {"auto", "e164", "national"});
  reader.flag("names_restricted", agi.names_restricted);
  reader.finish();
  return agi;
}

LdapConfig read_ldap(ObjectReader& reader, const std::string& folder) {
  LdapConfig ldap;
  read_listen(reader, "listen", ldap.listen);
  if (Listen tls; read_listen(reader, "tls_listen", tls)) ldap.tls_listen = tls;
  ldap.tls = read_tls(reader, folder);
  if (ldap.tls_listen && !ldap.tls) reader.report("tls_listen", "needs a certificate and a key under tls");
  reader.number("threads", ldap.threads, 1, kThreadsMax);
  reader.number("connections_max", ldap.connections_max, 1, kConnectionsMax);
  reader.duration("idle_timeout", ldap.idle_timeout, 10ms, 24h);
  reader.duration("deadline", ldap.deadline, 50ms, 10s);
  read_networks(reader, ldap.networks);
  if (reader.text("base_dn", ldap.base_dn) && !is_dn(ldap.base_dn)) {
    reader.report("base_dn", "must be a distinguished name such as dc=ringdex");
  }
  reader.choice("plan", ldap.plan, {"auto", "e164", "national"});
  reader.number("entries_max", ldap.entries_max, 1, 1'000);
  reader.finish();
  return ldap;
}

}  // namespace ringdex::config
