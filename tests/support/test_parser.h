#pragma once

#include "telephony/number/number_parser.h"

namespace ringdex::telephony {

// One parser for all tests of the program, since building it asks libphonenumber about every calling code.
inline const NumberParser& test_parser() {
  static const NumberParser parser;
  return parser;
}

}  // namespace ringdex::telephony
