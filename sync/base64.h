#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ringdex::sync {

// RFC 4648, section 4: the standard alphabet with padding.
std::string base64_encode(std::string_view bytes);

// Strict: padding required, no white space, no stray bits after the end.
std::optional<std::string> base64_decode(std::string_view text);

}  // namespace ringdex::sync
