#include "telephony/number/phone_number.h"

#include <algorithm>
#include <charconv>

namespace ringdex::telephony {

std::optional<PhoneNumber> PhoneNumber::from_e164(std::string_view text) {
  if (text.size() < 3 || text.size() > kDigitsMax + 1 || text[0] != '+' || text[1] == '0') return std::nullopt;
  std::uint64_t packed = 0;
  for (const char character : text.substr(1)) {
    if (character < '0' || character > '9') return std::nullopt;
    packed = packed * 10 + static_cast<std::uint64_t>(character - '0');
  }
  return PhoneNumber(packed);
}

StaticText<PhoneNumber::kDigitsMax> PhoneNumber::digits() const {
  // A value that is no E.164 number may have one digit more.
  char digits[kDigitsMax + 1];
  const auto written = std::to_chars(std::begin(digits), std::end(digits), packed_);
  const auto size = static_cast<std::size_t>(written.ptr - digits);
  return {digits, std::min(size, kDigitsMax)};
}

std::string PhoneNumber::to_e164() const {
  char digits[kDigitsMax + 2];
  digits[0] = '+';
  const auto written = std::to_chars(digits + 1, std::end(digits), packed_);
  return {digits, written.ptr};
}

std::string PhoneNumber::masked() const {
  constexpr std::size_t kDigitsShown = 4;
  std::string text = to_e164();
  // A number too short to hide anything shows nothing.
  const std::size_t hidden = text.size() > 2 * kDigitsShown ? text.size() - kDigitsShown : text.size();
  std::fill(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(hidden), '*');
  return text;
}

}  // namespace ringdex::telephony
