#include "telephony/dial_plan.h"

#include <algorithm>

#include "telephony/plain_text.h"

namespace ringdex::telephony {

std::string rewrite_dialled(std::string_view text, const std::vector<DialRewrite>& rewrites) {
  const std::string_view dialled = trimmed(text);
  const std::string digits = digits_of(dialled);
  const std::string compact = dialled.starts_with('+') ? "+" + digits : digits;
  const auto applies = [&](const DialRewrite& rewrite) {
    return compact.starts_with(rewrite.prefix) && digits.size() >= rewrite.digits_min &&
           digits.size() <= rewrite.digits_max;
  };
  const auto rewrite = std::ranges::find_if(rewrites, applies);
  if (digits.empty() || rewrite == rewrites.end()) return std::string(text);
  return rewrite->replacement + compact.substr(rewrite->prefix.size());
}

}  // namespace ringdex::telephony
