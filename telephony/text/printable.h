#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringdex::text {

inline constexpr std::size_t kPrintableBytesMax = 200;

// Outside text made fit for a message: at most kPrintableBytesMax bytes (cut between characters), control characters
// and bytes that are not UTF-8 replaced by '?'.
std::string printable(std::string_view text);

}  // namespace ringdex::text
