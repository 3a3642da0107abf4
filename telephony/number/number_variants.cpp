#include "telephony/number/number_variants.h"

#include <array>

namespace ringdex::telephony {
namespace {

// Numbers from `lowest` to `highest` (packed) become canonical by `change`. One line per national form.
struct Variant {
  std::uint64_t lowest;
  std::uint64_t highest;
  PhoneNumber (*change)(std::uint64_t packed);
};

constexpr std::uint64_t kTenDigits = 10'000'000'000;
constexpr std::uint64_t kEightDigits = 100'000'000;

PhoneNumber without_digit_before_ten(std::uint64_t packed) {
  return PhoneNumber::from_packed(packed / (kTenDigits * 10) * kTenDigits + packed % kTenDigits);
}

// +55 AA 8123-4567 to +55 AA 98123-4567, where the subscriber number begins as mobiles do.
PhoneNumber with_brazilian_ninth_digit(std::uint64_t packed) {
  const std::uint64_t first_digit = packed / (kEightDigits / 10) % 10;
  const std::uint64_t area = packed / kEightDigits % 100;
  const bool is_mobile = first_digit >= 6 && area >= 11 && area % 10 != 0;
  if (!is_mobile) return PhoneNumber::from_packed(packed);
  return PhoneNumber::from_packed((packed / kEightDigits * 10 + 9) * kEightDigits + packed % kEightDigits);
}

constexpr std::array kVariants = {
    // Mexico: +52 1 before ten digits, the mobile mark, fell away on 3 August 2019 (IFT, Plan Tecnico Fundamental de
    // Numeracion, Diario Oficial 11 May 2018).
    Variant{521'0'000'000'000, 521'9'999'999'999, without_digit_before_ten},
    // Argentina: the 9 between +54 and the area code marks a mobile called from abroad; inside the country the same
    // line is dialled with 15 and stored without (ENACOM, Plan Fundamental de Numeracion Nacional, Res. SC 46/97).
    Variant{549'0'000'000'000, 549'9'999'999'999, without_digit_before_ten},
    // Brazil: mobiles of eight digits got a 9 in front, area by area from 2012 to 2016 (Anatel, Resolucao 553/2010).
    Variant{55'00'0000'0000, 55'99'9999'9999, with_brazilian_ninth_digit},
};

}  // namespace

PhoneNumber canonical(PhoneNumber number) {
  for (const Variant& variant : kVariants) {
    if (number.packed() >= variant.lowest && number.packed() <= variant.highest) {
      return variant.change(number.packed());
    }
  }
  return number;
}

}  // namespace ringdex::telephony
