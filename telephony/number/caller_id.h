#pragma once

#include <string>
#include <string_view>

namespace ringdex::telephony {

// What a phone system sends as the caller: a SIP name-addr, a sip:, sips: or tel: URI, a bare number, a word.
struct CallerId {
  enum class Kind { number, withheld, not_a_number };
  Kind kind = Kind::not_a_number;
  std::string number_text;   // for the NumberParser: URI and its parameters taken off, percent-decoded
  std::string extension;     // from ;ext= (RFC 3966)
  std::string display_name;  // what stood in front of <...>, unquoted
  bool operator==(const CallerId&) const = default;
};

// Reads one caller (RFC 3261 section 25, RFC 3966, RFC 4694; Asterisk's and FreeSWITCH's habits). Text longer than
// kCallerIdBytesMax is not a number. Never fails.
inline constexpr std::size_t kCallerIdBytesMax = 512;
CallerId read_caller_id(std::string_view text);

}  // namespace ringdex::telephony
