#include <cstddef>
#include <cstdint>
#include <string_view>

#include "telephony/number/phone_field.h"

using namespace ringdex::telephony;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const NumberParser parser;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  for (const char* region : {"GB", "US"}) {
    const auto phones = read_phone_field(parser, text, region);
    if (phones.size() > kPhonesPerFieldMax) __builtin_trap();
    for (const FieldPhone& phone : phones) {
      if (phone.parsed.has_value() == phone.error.has_value()) __builtin_trap();
    }
    const auto number = parser.parse_clean_e164(text);
    if (number && parser.parse_by_library(text, region)->number != *number) __builtin_trap();
    if (parser.parse(text, region) != parser.parse_by_library(text, region)) __builtin_trap();
  }
  return 0;
}
