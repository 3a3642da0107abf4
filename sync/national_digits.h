#pragma once

#include <string>

#include "telephony/number/number_parser.h"
#include "telephony/number/phone_number.h"

namespace ringdex::sync {

// The digits of a number as people of its country write it, with what is dialled in front; empty if that is unknown.
std::string written_digits(telephony::PhoneNumber number, const telephony::NumberParser& parser);

// The digits of a number without its country code and without what is dialled in front of it: what a CRM's search by
// text finds it by, since people write numbers with and without these. All digits where the rest would be too few.
std::string national_digits(telephony::PhoneNumber number, const telephony::NumberParser& parser);

}  // namespace ringdex::sync
