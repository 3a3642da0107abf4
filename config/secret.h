#pragma once

#include <expected>
#include <map>
#include <string>

#include "telephony/text/json_value.h"

namespace ringdex::config {

// Where secrets that the file only points to are found.
struct SecretPlaces {
  std::string folder;  // relative {"file": ...} paths start here
  const std::map<std::string, std::string>& environment;
};

inline constexpr std::size_t kSecretBytesMax = 64 * 1024;

// A secret is a text, {"env": NAME} or {"file": path} (line ends at the end are dropped). The error is a sentence that
// names the variable or the file and never holds what stands in it.
std::expected<std::string, std::string> read_secret(text::JsonView value, const SecretPlaces& places);

}  // namespace ringdex::config
