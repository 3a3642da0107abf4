#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/number_parser.h"

namespace ringdex::telephony {

// One number read from a CRM's free-text phone field.
struct FieldPhone {
  std::string raw;                     // the part of the field that it was read from, trimmed
  std::optional<ParsedNumber> parsed;  // nothing if this part is no matchable number
  std::optional<ParseError> error;     // set when `parsed` is not
  std::string label;                   // from a mark in the text ("fax"); empty without
  bool operator==(const FieldPhone&) const = default;
};

inline constexpr std::size_t kPhoneFieldBytesMax = 512;
inline constexpr std::size_t kPhonesPerFieldMax = 16;

// Reads a field that may hold several numbers, tails ("0161 240 5300 / 5399"), notes, marks and extensions.
// Marks become labels; notes are never read as the letters of a vanity number. A field without any number gives one
// FieldPhone with an error; an empty field gives none. Equal numbers in one field are given once. A field over the
// limits gives one FieldPhone with ParseError::too_long.
std::vector<FieldPhone> read_phone_field(const NumberParser& parser, std::string_view text, std::string_view region);

}  // namespace ringdex::telephony
