#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "telephony/number/phone_number.h"

namespace ringdex::telephony {

// A number's digits in their two parts. Views into the text that was split.
struct SplitNumber {
  std::string_view code;      // "39"
  std::string_view national;  // "0612345678", leading zeros kept
};

// The country calling codes and the lengths that their national numbers may have, and the short path that rests on
// them. Built once by NumberParser from what libphonenumber says; const afterwards, so safe from any thread.
class CallingCodes {
 public:
  static constexpr std::size_t kNationalDigitsMax = 17;  // libphonenumber's own limit

  // `possible_lengths` has bit n set when national numbers of n digits are possible.
  void add(int code, std::uint32_t possible_lengths);

  // `digits` without a plus; nothing if no code fits.
  std::optional<SplitNumber> split(std::string_view digits) const;

  bool is_possible(PhoneNumber number) const;

  // The short path: "+" and ASCII digits to the number, only where libphonenumber's parse would give exactly these
  // digits, as possible, and no repair could be due. Anything else is nothing and is libphonenumber's to decide.
  // Allocates nothing.
  std::optional<PhoneNumber> clean_e164(std::string_view text) const;

 private:
  struct Entry {
    std::uint32_t possible_lengths = 0;
    std::uint8_t code_digits = 0;  // 0: no such code
    std::uint8_t shortest = 0;
  };
  static constexpr std::size_t kCodeDigitsMax = 3;

  // Where the first three digits are in the table.
  static std::optional<std::size_t> place_of(std::string_view digits);

  // By the first three digits: a code of one or two digits fills every place that it begins.
  std::array<Entry, 1000> by_prefix_{};
};

}  // namespace ringdex::telephony
