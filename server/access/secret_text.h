#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

// What keys, sessions and links are made of and compared by. Any thread.
namespace ringdex::server {

// The SHA-256 of a text, as hex.
std::string sha256_hex(std::string_view text);

// So many bytes out of OpenSSL's generator, as hex; nullopt if it has none.
std::optional<std::string> random_hex(std::size_t bytes);

}  // namespace ringdex::server
