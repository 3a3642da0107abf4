#pragma once

#include <string>
#include <vector>

#include "telephony/number/calling_codes.h"
#include "telephony/number/number_parser.h"

namespace ringdex::telephony {

// A way to mend a number, not yet checked.
struct RepairAttempt {
  Repair repair;
  std::string e164;
};

// The listed repairs that the digits allow. `code_was_written` is false for a number in national form, where a zero too
// many can still be told but a zero or a code that is not there cannot.
std::vector<RepairAttempt> repair_attempts(const SplitNumber& number, bool code_was_written);

}  // namespace ringdex::telephony
