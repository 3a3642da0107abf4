#include "telephony/display_name.h"

#include <algorithm>

#include "telephony/plain_text.h"

namespace ringdex::telephony {

std::optional<NameForm> name_form_from(std::string_view name) {
  if (name == "utf8") return NameForm::utf8;
  if (name == "ascii") return NameForm::ascii;
  if (name == "cnam15") return NameForm::cnam15;
  return std::nullopt;
}

std::string display_name(std::string_view text, NameForm form, std::size_t characters_max) {
  std::string name;
  for (const char character : trimmed(text)) {
    if (is_digit(character) || is_letter(character) || character == ' ') name.push_back(character);
  }
  return name.substr(0, form == NameForm::cnam15 ? std::min<std::size_t>(15, characters_max) : characters_max);
}

}  // namespace ringdex::telephony
