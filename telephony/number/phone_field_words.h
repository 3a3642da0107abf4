#pragma once

#include <optional>
#include <string_view>

namespace ringdex::telephony {

// What a word in a phone field says about the numbers beside it.
struct FieldWord {
  enum class Kind { label, connector, extension, time, note };
  Kind kind = Kind::note;
  std::string_view label;  // of a label: "fax", "mobile", "home", "work", "main", "pager", or empty for a plain "Tel"
};

// `word` in any case, without a full stop or colon behind it. Not every language's words are known; an unknown word is
// a note.
FieldWord read_field_word(std::string_view word);

// A lone letter before a colon or full stop: "F: 030 ...". Nothing for a letter that is no common mark.
std::optional<std::string_view> label_of_letter(char letter);

}  // namespace ringdex::telephony
