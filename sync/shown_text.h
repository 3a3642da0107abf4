#pragma once

#include <string>
#include <string_view>

namespace ringdex::sync {

inline constexpr std::size_t kShownBytesMax = 200;

// Outside text made fit for a message: at most kShownBytesMax bytes (cut between characters), control characters and
// bytes that are not UTF-8 replaced by '?'.
std::string shown(std::string_view text);

}  // namespace ringdex::sync
