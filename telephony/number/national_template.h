#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ringdex::telephony {

// How numbers of one length are written inside their country: a character below 0x20 stands for the digit at that
// place, any other for itself.
using NationalTemplate = std::string;

// The template of libphonenumber's number format for numbers of `digits` digits that match `pattern` as a whole.
// `prefix_rule` is put in place of the first group of `format`. Nothing where the pattern's groups do not follow from
// the length alone, or the format is not understood.
std::optional<NationalTemplate> national_template(std::string_view pattern, std::string_view format,
                                                  std::string_view prefix_rule, std::size_t digits);

// The template of digits without any format: the digits alone.
NationalTemplate bare_template(std::size_t digits);

template <typename Text>
void fill_template(std::string_view form, std::string_view digits, Text& text) {
  for (const char character : form) {
    const auto place = static_cast<unsigned char>(character);
    text.push_back(place < 0x20 ? digits[place] : character);
  }
}

}  // namespace ringdex::telephony
