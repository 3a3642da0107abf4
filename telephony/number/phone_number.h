#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/number/static_text.h"

namespace ringdex::telephony {

// One subscriber number in E.164 form (ITU-T E.164: country code, then national number), held in 8 bytes as the
// decimal value of its digits. A country code never starts with 0, so the value tells the digits exactly.
// Up to 19 digits are kept, since libphonenumber knows numbers longer than the standard's 15. Plain value.
class PhoneNumber {
 public:
  static constexpr std::size_t kDigitsMax = 19;

  // "+" and 2 to 19 digits, the first of them not 0; anything else is nothing.
  static std::optional<PhoneNumber> from_e164(std::string_view text);
  static constexpr PhoneNumber from_packed(std::uint64_t packed) { return PhoneNumber(packed); }

  constexpr std::uint64_t packed() const { return packed_; }
  // "390612345678"; allocates nothing.
  StaticText<kDigitsMax> digits() const;
  // "+390612345678"
  std::string to_e164() const;
  // "+********5678": what may stand in a log.
  std::string masked() const;

  auto operator<=>(const PhoneNumber&) const = default;

 private:
  explicit constexpr PhoneNumber(std::uint64_t packed) : packed_(packed) {}
  std::uint64_t packed_;
};

}  // namespace ringdex::telephony
