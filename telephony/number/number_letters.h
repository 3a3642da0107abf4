#pragma once

#include <string_view>

namespace ringdex::telephony {

// What the ASCII letters behind the first digit of a number's text are. Letters before it are a title, which
// libphonenumber skips.
enum class Letters { none, extension, vanity, other };
Letters letters_in(std::string_view text);

}  // namespace ringdex::telephony
