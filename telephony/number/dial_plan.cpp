#include "telephony/number/dial_plan.h"

#include <algorithm>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {

const DialRewrite* rewrite_for(std::string_view compact, const std::vector<DialRewrite>& rewrites) {
  const std::size_t digits = compact.size() - (compact.starts_with('+') ? 1 : 0);
  const auto applies = [&](const DialRewrite& rewrite) {
    return compact.starts_with(rewrite.prefix) && digits >= rewrite.digits_min && digits <= rewrite.digits_max;
  };
  const auto rewrite = std::ranges::find_if(rewrites, applies);
  return digits == 0 || rewrite == rewrites.end() ? nullptr : &*rewrite;
}

std::string rewrite_dialled(std::string_view text, const std::vector<DialRewrite>& rewrites) {
  if (rewrites.empty()) return std::string(text);
  const std::string_view dialled = text::trimmed(text);
  const std::string digits = text::digits_of(dialled);
  const std::string compact = dialled.starts_with('+') ? "+" + digits : digits;
  const DialRewrite* rewrite = rewrite_for(compact, rewrites);
  if (rewrite == nullptr) return std::string(text);
  return rewrite->replacement + compact.substr(rewrite->prefix.size());
}

}  // namespace ringdex::telephony
