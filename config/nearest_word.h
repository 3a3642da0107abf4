#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringdex::config {

// The known word that a mistyped one was probably meant to be; empty if none is near enough to be a help.
std::string nearest_word(std::string_view word, const std::vector<std::string>& known);

}  // namespace ringdex::config
