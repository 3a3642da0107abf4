#include <cstddef>
#include <cstdint>
#include <string_view>

#include "telephony/number/asked_number.h"
#include "telephony/number/caller_id.h"

using namespace ringdex::telephony;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const NumberParser parser;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const CallerId caller = read_caller_id(text);
  if ((caller.kind == CallerId::Kind::number) == caller.number_text.empty()) __builtin_trap();
  const AskedNumber asked = read_asked_number(parser, text, "IT", Plan::automatic, {});
  if (asked.unmatchable.has_value() != asked.readings.empty()) __builtin_trap();
  return 0;
}
