#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/text/json_value.h"
#include "telephony/text/times.h"

namespace ringdex::sync {

// What CRMs write in more than one way, in JSON. A field of another type counts as absent.
inline constexpr std::size_t kIdDigitsMax = 19;

// The texts of a list's elements (JsonView::as_text); of any other value, of itself. Empty ones are left out.
std::vector<std::string> value_texts(text::JsonView value);

// A text that is a time in ISO 8601.
std::optional<text::TimePoint> iso_time(text::JsonView value);

// An id given as a whole number or as a string of 1 to kIdDigitsMax digits; nullopt if it is "0" or anything else.
std::optional<std::string> digit_id(text::JsonView value);
std::optional<std::string> digit_id(std::string_view text);

}  // namespace ringdex::sync
