#include "config/value_syntax.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include "telephony/text/plain_text.h"

namespace ringdex::config {
namespace {

using std::chrono::milliseconds;

constexpr std::array<std::pair<std::string_view, std::int64_t>, 5> kUnits{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}

template <typename Integer>
std::optional<Integer> whole_number(std::string_view text) {
  Integer value = 0;
  const auto end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || !text::is_digit(text.front()) || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

bool is_ip6(std::string_view host) {
  in6_addr address{};
  return inet_pton(AF_INET6, std::string(host).c_str(), &address) == 1;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  const std::string text(host);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  return inet_pton(AF_INET6, text.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

struct Authority {
  std::string_view host;                 // without brackets
  std::optional<std::string_view> port;  // as written
};

std::optional<Authority> split_authority(std::string_view text) {
  Authority result;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    result.host = text.substr(1, close - 1);
    if (!is_ip6(result.host)) return std::nullopt;
    text.remove_prefix(close + 1);
    if (text.empty()) return result;
    if (!text.starts_with(':')) return std::nullopt;
    result.port = text.substr(1);
    return result;
  }
  const auto colon = text.find(':');
  result.host = text.substr(0, colon);
  if (colon != std::string_view::npos) result.port = text.substr(colon + 1);
  if (!is_host_name(result.host)) return std::nullopt;
  return result;
}

}  // namespace

bool is_host_name(std::string_view host) {
  const auto fits = [](char c) { return text::is_digit(c) || is_small(c) || is_capital(c) || c == '.' || c == '-'; };
  return !host.empty() && host.size() <= 253 && host.front() != '.' && host.front() != '-' &&
         std::all_of(host.begin(), host.end(), fits);
}

std::expected<NetworkConfig, std::string> parse_network(std::string_view text) {
  const auto wrong = [&] {
    return std::unexpected(fmt::format("\"{}\" is no network such as 192.168.10.0/24 or 2001:db8::/32", text));
  };
  const auto slash = text.find('/');
  NetworkConfig network;
  network.address = text.substr(0, slash);
  std::array<unsigned char, 16> bytes{};
  unsigned all = 32;
  if (inet_pton(AF_INET, network.address.c_str(), bytes.data()) != 1) {
    if (inet_pton(AF_INET6, network.address.c_str(), bytes.data()) != 1) return wrong();
    all = 128;
  }
  network.bits = all;
  if (slash != std::string_view::npos) {
    const auto bits = whole_number<unsigned>(text.substr(slash + 1));
    if (!bits || *bits > all) return wrong();
    network.bits = *bits;
  }
  for (unsigned bit = network.bits; bit < all; ++bit) {
    if ((bytes[bit / 8] >> (7 - bit % 8) & 1U) == 0) continue;
    return std::unexpected(fmt::format("\"{}\" has bits set behind its first {}", text, network.bits));
  }
  return network;
}

std::optional<milliseconds> parse_duration(std::string_view text) {
  const auto is_unit = [](char c) { return !text::is_digit(c); };
  const auto split = static_cast<std::size_t>(std::find_if(text.begin(), text.end(), is_unit) - text.begin());
  const auto count = whole_number<std::uint32_t>(text.substr(0, split));
  const auto unit =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& known) { return known.first == text.substr(split); });
  if (!count || unit == kUnits.end()) return std::nullopt;
  return milliseconds{static_cast<std::int64_t>(*count) * unit->second};
}

std::string duration_text(milliseconds duration) {
  for (const auto& [name, length] : kUnits) {
    // "24h" is said more often than "1d".
    if (name == "d" && duration < std::chrono::days(2)) continue;
    if (duration.count() % length == 0) return fmt::format("{}{}", duration.count() / length, name);
  }
  return fmt::format("{}ms", duration.count());
}

std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const auto hours = whole_number<unsigned>(text.substr(0, 2));
  const auto minutes = whole_number<unsigned>(text.substr(3));
  if (!hours || !minutes || *hours > 23 || *minutes > 59) return std::nullopt;
  return std::chrono::minutes(*hours * 60 + *minutes);
}

std::expected<Listen, std::string> parse_listen(std::string_view text) {
  const auto authority = split_authority(text);
  const auto port = authority && authority->port ? whole_number<std::uint16_t>(*authority->port) : std::nullopt;
  if (!port) {
    return std::unexpected<std::string>("must be an address and a port, such as \"127.0.0.1:8480\" or \"[::1]:8480\"");
  }
  return Listen{std::string(authority->host), *port};
}

bool is_id(std::string_view text) {
  const auto is_first = [](char c) { return is_small(c) || text::is_digit(c); };
  return !text.empty() && text.size() <= 63 && is_first(text.front()) &&
         std::all_of(text.begin(), text.end(), [&](char c) { return is_first(c) || c == '_' || c == '-'; });
}

bool is_region(std::string_view text) {
  return text.size() == 2 && is_capital(text[0]) && is_capital(text[1]);
}

std::expected<std::string, std::string> parse_base_url(std::string_view text) {
  if (text.ends_with('/') && !text.ends_with("//")) text.remove_suffix(1);
  const bool plain = text.starts_with("http://");
  if (!plain && !text.starts_with("https://")) {
    return std::unexpected<std::string>("must begin with https://");
  }
  const auto rest = text.substr(plain ? 7 : 8);
  if (rest.find_first_of("/?#@") != std::string_view::npos) {
    return std::unexpected<std::string>("must be a scheme and a host only, without path, query or user");
  }
  const auto authority = split_authority(rest);
  const auto port =
      authority && authority->port ? whole_number<std::uint16_t>(*authority->port) : std::optional<std::uint16_t>(443);
  if (!authority || !port || *port == 0) {
    return std::unexpected<std::string>("must name a host, such as \"https://acme.zendesk.com\"");
  }
  if (plain && !is_loopback(authority->host)) {
    return std::unexpected<std::string>(
        "plain http:// is accepted for loopback hosts only, since the credential would be readable on the way");
  }
  return std::string(text);
}

}  // namespace ringdex::config
