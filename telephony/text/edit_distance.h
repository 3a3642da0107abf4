#pragma once

#include <cstddef>
#include <string_view>

namespace ringdex::text {

// How many bytes must be inserted, left out or replaced to make one text of the other (Levenshtein). Takes time by the
// product of both lengths: the caller bounds them.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace ringdex::text
