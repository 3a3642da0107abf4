#include "telephony/number/number_repair.h"

namespace ringdex::telephony {

std::vector<RepairAttempt> repair_attempts(const SplitNumber& number, bool code_was_written) {
  const std::string code(number.code);
  const std::string_view national = number.national;
  std::vector<RepairAttempt> attempts;
  if (code == "39" && code_was_written && !national.starts_with('0')) {
    attempts.push_back({Repair::lost_italian_zero, "+390" + std::string(national)});
  }
  if (code_was_written) {
    // The second code may have its own 00, of which libphonenumber has taken one zero for a trunk prefix.
    const std::size_t zeros = national.starts_with("00") ? 2 : national.starts_with('0') ? 1 : 0;
    const std::string_view after_prefix = national.substr(zeros);
    if (after_prefix.starts_with(code)) {
      attempts.push_back({Repair::doubled_country_code, "+" + std::string(after_prefix)});
    }
  }
  if (national.starts_with('0') && !national.starts_with("00")) {
    attempts.push_back({Repair::trunk_zero, "+" + code + std::string(national.substr(1))});
  }
  return attempts;
}

}  // namespace ringdex::telephony
