#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "telephony/number/phone_number.h"

namespace ringdex::telephony {

// Second short path: digits with plain punctuation, as people write numbers of their own country, to the number that
// libphonenumber's parse gives, where no more is to be decided than whether a national prefix comes off. It holds only
// for a result that libphonenumber calls valid, which the caller checks. Const after construction.
class NationalForms {
 public:
  // `code` is the calling code of `region`. Regions that the tables do not know are left to libphonenumber.
  void add(std::string_view region, int code);

  // Digits, spaces and ().-/ without a plus; anything else is nothing. Allocates nothing.
  std::optional<PhoneNumber> candidate(std::string_view text, std::string_view region) const;

 private:
  enum class Rule : std::uint8_t { none, zero_or_bare, bare, zero_only, bare_from_two, north_american };
  struct Entry {
    Rule rule = Rule::none;
    std::uint16_t code = 0;
  };
  static constexpr std::size_t kLetters = 26;

  static std::optional<std::size_t> place_of(std::string_view region);

  std::array<Entry, kLetters * kLetters> by_region_{};
};

}  // namespace ringdex::telephony
