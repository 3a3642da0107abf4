#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "telephony/text/json_value.h"

namespace ringdex::config {

inline constexpr std::size_t kConfigBytesMax = 4 * 1024 * 1024;

// JSON with // and /* */ comments. A syntax error is one problem placed at "line N, column M"; a key that stands twice
// in one object is a problem too, since the reader of the file can't tell which one counts.
std::optional<text::JsonDocument> parse_json_text(const std::string& text, std::vector<Problem>& problems);

// The place of `key` inside the object at `place`: "a.b", or a["+39"] for a key that is no plain word.
std::string place_in(const std::string& place, std::string_view key);

}  // namespace ringdex::config
