#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ringdex::telephony {

// A phone field cut into what it is made of, before any of it is read as a number. All views are into the field's
// plain text (plain_text.h), which must outlive them.
struct FieldToken {
  enum class Kind {
    number,     // digits with the punctuation that stands inside numbers
    word,       // letters
    label,      // a word or letter that labels, `label` says as what
    extension,  // an extension mark: "ext", "x", "#"
    time,       // a word of time: the digits beside it are not a number's
    separator,  // `text` is one of "\n" ";" "|" "," "/" or "or"; `tight` says that digits touch both sides
    doubt,      // a character that no phone number has, touching digits
  };
  Kind kind = Kind::word;
  std::string_view text;
  std::string_view label;
  bool tight = false;   // separator: digits touch both sides; word: digits touch its front
  bool spaced = false;  // number: a separated dash or bracket stands in front of it
};

std::vector<FieldToken> field_tokens(std::string_view plain);

}  // namespace ringdex::telephony
