#include "telephony/number/number_letters.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

// A vanity number is bare: at most a prefix and a service code in digits, then capitals in words joined by hyphens or
// spaces, nothing else. Anything looser could be a note.
bool is_vanity_form(std::string_view from_first_digit, std::size_t first_letter) {
  constexpr std::size_t kLeadingDigitsMax = 7;
  constexpr std::size_t kLettersMin = 3;
  if (text::digits_of(from_first_digit.substr(0, first_letter)).size() > kLeadingDigitsMax) return false;
  const std::string_view tail = from_first_digit.substr(first_letter);
  const auto is_capital = [](char character) { return character >= 'A' && character <= 'Z'; };
  const bool only_capitals = std::ranges::all_of(tail, [&](char character) {
    return is_capital(character) || text::is_digit(character) || character == '-' || character == ' ';
  });
  return only_capitals && std::ranges::count_if(tail, is_capital) >= static_cast<std::ptrdiff_t>(kLettersMin);
}

}  // namespace

Letters letters_in(std::string_view text) {
  const auto is_ascii_letter = [](char character) {
    return text::is_letter(character) && static_cast<unsigned char>(character) < 0x80;
  };
  if (std::ranges::none_of(text, is_ascii_letter)) return Letters::none;
  const std::size_t first_digit = text.find_first_of("0123456789");
  if (first_digit == std::string_view::npos) return Letters::other;
  const std::string_view rest = text.substr(first_digit);
  const auto letter = std::ranges::find_if(rest, is_ascii_letter);
  if (letter == rest.end()) return Letters::none;
  const auto at = static_cast<std::size_t>(letter - rest.begin());
  const auto word_end = std::find_if_not(letter, rest.end(), is_ascii_letter);
  const std::string word = text::ascii_lower(std::string_view(letter, word_end));
  constexpr std::string_view kExtensionWords[] = {"x", "xt", "ext", "extn", "extension", "extensi", "anexo", "int"};
  const std::string_view after_word(word_end, rest.end());
  const bool only_digits_follow = std::ranges::none_of(after_word, is_ascii_letter);
  if (only_digits_follow && std::ranges::find(kExtensionWords, word) != std::end(kExtensionWords))
    return Letters::extension;
  return is_vanity_form(rest, at) ? Letters::vanity : Letters::other;
}

}  // namespace ringdex::telephony
