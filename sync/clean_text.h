#pragma once

#include <string>
#include <string_view>

// What outside text may look like once it is inside: valid UTF-8, on one line, without control characters. Pure.
namespace ringdex::sync {

// For names and other one-line texts: also trimmed, white space of any kind collapsed to one space, control characters
// and those that only turn or hide text removed. Joiners stay, since scripts and emoji need them.
std::string clean_line(std::string_view text);

// For free text: as clean_line, but inner white space stays as it is.
std::string clean_text(std::string_view text);

}  // namespace ringdex::sync
