#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ringdex::telephony {

// Outside text as one line of at most `characters_max` code points: valid UTF-8 (what is not, is read as Windows-1252)
// with single spaces for white space and control characters, trimmed. What XML 1.0 (section 2.2) does not allow and the
// byte order mark are left out. Nothing is escaped.
std::string one_line(std::string_view text, std::size_t characters_max = std::string_view::npos);

}  // namespace ringdex::telephony
