#pragma once

#include <optional>
#include <string>
#include <string_view>

// Bytes written as text (RFC 4648), by OpenSSL where it does the same. Pure; any thread.
namespace ringdex::text {

// Section 4: the standard alphabet with padding.
std::string base64_encode(std::string_view bytes);
// Section 5: the alphabet of URLs and file names, without padding.
std::string base64_url(std::string_view bytes);
// Strict: padding required, no white space, no stray bits after the end. nullopt if it is not that.
std::optional<std::string> base64_decode(std::string_view text);

// Two small digits a byte.
std::string hex(std::string_view bytes);
// And back, digits of either case. nullopt if it is not that.
std::optional<std::string> bytes_of_hex(std::string_view text);

}  // namespace ringdex::text
