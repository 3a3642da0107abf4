#pragma once

#include "telephony/number/phone_number.h"

namespace ringdex::telephony {

// The one form under which all national forms of a subscriber's number are stored and asked (Mexico's +52 1,
// Argentina's +54 9, Brazil's ninth digit). Idempotent; a number without variants is its own canonical form.
PhoneNumber canonical(PhoneNumber number);

}  // namespace ringdex::telephony
