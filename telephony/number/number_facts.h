#pragma once

#include <cstddef>
#include <string_view>

#include "telephony/number/static_text.h"

namespace ringdex::telephony {

inline constexpr std::size_t kNationalBytesMax = 48;

// What libphonenumber's metadata says of a number. The views live as long as the NumberParser that gave them.
struct NumberFacts {
  std::string_view region;                 // ISO 3166-1 alpha-2, "001" for global services, empty if unknown
  StaticText<kNationalBytesMax> national;  // as people of that country write it
  std::string_view type = "unknown";       // fixed_line, mobile, fixed_line_or_mobile, toll_free, premium_rate,
                                           // shared_cost, voip, personal, pager, uan, voicemail, unknown
  bool valid = false;
  bool operator==(const NumberFacts&) const = default;
};

}  // namespace ringdex::telephony
