#include "telephony/number/phone_label.h"

#include "telephony/number/phone_field_words.h"
#include "telephony/text/plain_text.h"

namespace ringdex::telephony {
namespace {

bool is_capital(char character) {
  return character >= 'A' && character <= 'Z';
}

// A word's bytes from its first letter on; "HomePhone" is two words.
std::string_view take_word(std::string_view& text) {
  while (!text.empty() && !text::is_letter(text[0])) text.remove_prefix(1);
  std::size_t end = 0;
  while (end < text.size() && text::is_letter(text[end])) {
    const bool begins_word = end > 0 && is_capital(text[end]) && !is_capital(text[end - 1]);
    if (begins_word) break;
    ++end;
  }
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

}  // namespace

PhoneLabel read_phone_label(std::string_view label) {
  using Kind = PhoneLabel::Kind;
  using Place = PhoneLabel::Place;
  PhoneLabel read;
  label = label.substr(0, kPhoneLabelBytesMax);
  for (std::string_view word = take_word(label); !word.empty(); word = take_word(label)) {
    const FieldWord known = read_field_word(word);
    if (known.kind != FieldWord::Kind::label) continue;
    if (read.kind == Kind::voice) {
      if (known.label == "mobile") read.kind = Kind::mobile;
      if (known.label == "fax") read.kind = Kind::fax;
      if (known.label == "pager") read.kind = Kind::pager;
    }
    if (read.place == Place::unknown) {
      if (known.label == "home") read.place = Place::home;
      if (known.label == "work" || known.label == "main") read.place = Place::work;
    }
  }
  return read;
}

}  // namespace ringdex::telephony
