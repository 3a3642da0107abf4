#pragma once

#include <string>
#include <string_view>

namespace ringdex::text {

// The texts one after the other with the separator between them.
std::string joined(const auto& texts, std::string_view separator) {
  std::string all;
  bool first = true;
  for (const std::string_view text : texts) {
    if (!first) all += separator;
    first = false;
    all += text;
  }
  return all;
}

}  // namespace ringdex::text
