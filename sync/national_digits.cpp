#include "sync/national_digits.h"

namespace ringdex::sync {
namespace {

constexpr std::size_t kDigitsMin = 5;

}  // namespace

std::string written_digits(telephony::PhoneNumber number, const telephony::NumberParser& parser) {
  std::string written;
  const auto facts = parser.describe(number);
  for (const char c : facts.national) {
    if (c >= '0' && c <= '9') written += c;
  }
  return written;
}

std::string national_digits(telephony::PhoneNumber number, const telephony::NumberParser& parser) {
  const auto digits = number.digits();
  const std::string all(digits.begin(), digits.end());
  const std::string written = written_digits(number, parser);
  std::size_t same = 0;
  while (same < all.size() && same < written.size() &&
         all[all.size() - 1 - same] == written[written.size() - 1 - same]) {
    ++same;
  }
  return same < kDigitsMin ? all : all.substr(all.size() - same);
}

}  // namespace ringdex::sync
