#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ringdex::server {

// Two small digits a byte.
std::string hex(std::string_view bytes);
// And back; what is no digit reads as 0, and an odd one at the end is left out.
std::string bytes_of_hex(std::string_view text);

// The SHA-256 of a text, as hex.
std::string sha256_hex(std::string_view text);

// So many bytes out of OpenSSL's generator, as hex; nothing: it has none.
std::optional<std::string> random_hex(std::size_t bytes);

}  // namespace ringdex::server
