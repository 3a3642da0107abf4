#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/phone_number.h"

namespace ringdex::telephony {

// One rewrite of what the account's phone system adds to or takes from numbers: an outside-line digit, a national
// prefix quirk. Applies to text whose digits (a leading plus kept) start with `prefix` and number within the range.
struct DialRewrite {
  std::string prefix;
  std::string replacement;
  std::size_t digits_min = 0;  // counted over the whole text, the prefix included
  std::size_t digits_max = 32;
  bool operator==(const DialRewrite&) const = default;
};

// The first rewrite that applies to clean text, digits with or without a plus in front; null if none does.
const DialRewrite* rewrite_for(std::string_view compact, const std::vector<DialRewrite>& rewrites);

// The first rewrite that applies, once; else the text as it was.
std::string rewrite_dialled(std::string_view text, const std::vector<DialRewrite>& rewrites);

}  // namespace ringdex::telephony
