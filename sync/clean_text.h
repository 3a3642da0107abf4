#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// What outside text may look like once it is inside: valid UTF-8, on one line, without control characters. Pure.
namespace ringdex::sync {

// Length in bytes of the valid UTF-8 sequence that starts at `position`; 0 if there is none. Overlong forms, surrogates
// and values beyond U+10FFFF are not valid.
std::size_t utf8_sequence_bytes(std::string_view text, std::size_t position);
bool is_valid_utf8(std::string_view text);
void append_utf8(std::string& text, char32_t code_point);

// Bytes that are not valid UTF-8 become U+FFFD.
std::string valid_utf8(std::string_view text);

// For names and other one-line texts: also trimmed, white space of any kind collapsed to one space, control characters
// and those that only turn or hide text removed. Joiners stay, since scripts and emoji need them.
std::string clean_line(std::string_view text);

// For free text: as clean_line, but inner white space stays as it is.
std::string clean_text(std::string_view text);

std::string ascii_lower(std::string_view text);

}  // namespace ringdex::sync
