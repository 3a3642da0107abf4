#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "config/config.h"

// What single values of the file look like. Pure.
namespace ringdex::config {

// "500ms", "45s", "30m", "2h", "90d": a whole number and a unit.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);
// The shortest of the same forms.
std::string duration_text(std::chrono::milliseconds duration);

// "02:30": since midnight.
std::optional<std::chrono::minutes> parse_time_of_day(std::string_view text);

// "127.0.0.1:8480", "localhost:8480", "[::1]:8480". The error is a sentence for people.
std::expected<Listen, std::string> parse_listen(std::string_view text);

// "192.168.10.0/24", "2001:db8::/32", or one address; without bits set behind those that count. The account is left
// empty. The error is a sentence for people.
std::expected<NetworkConfig, std::string> parse_network(std::string_view text);

// A host's name, without a port.
bool is_host_name(std::string_view host);

// An id of a source or an account: [a-z0-9][a-z0-9_-]{0,62}.
bool is_id(std::string_view text);
// An ISO 3166-1 alpha-2 code: two capital letters.
bool is_region(std::string_view text);

// A CRM's address: https://host[:port], or http:// for a loopback host only; one slash at the end is dropped.
std::expected<std::string, std::string> parse_base_url(std::string_view text);

}  // namespace ringdex::config
