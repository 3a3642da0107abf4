#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "telephony/text/enum_names.h"

namespace ringdex::telephony {

// What a client's line can show.
enum class NameForm {
  utf8,    // any script
  ascii,   // printable ASCII: other scripts in Latin letters, then without their marks (Müller is Muller, ß is ss)
  cnam15,  // as carriers send names in North America: at most 15 of A-Z, 0-9, space, & - .
};
inline constexpr auto kNameForms =
    text::enum_names<NameForm>({{NameForm::utf8, "utf8"}, {NameForm::ascii, "ascii"}, {NameForm::cnam15, "cnam15"}});
constexpr std::optional<NameForm> name_form_from(std::string_view name) {
  return kNameForms.value_of(name);
}

inline constexpr std::size_t kDisplayNameCharactersMax = 60;  // CID Superfecta's cut; what doors ask for by default

// A name made safe for clients that take one bare line: FreeSWITCH, FreePBX, Asterisk, SIP headers.
//
// - Any bytes come in. What is not UTF-8 is read as Windows-1252. Only the first 4 KiB are read.
// - Control characters and separators become spaces; invisible characters (zero-width, byte order mark, marks of
//   writing direction, private use) vanish. Spaces are collapsed and trimmed, accents composed (NFC).
// - Never in the result: % $ { } \ ` " ' ; : , < >. They become spaces where they part words, else they vanish.
//   An apostrophe is U+2019 in `utf8` and is left out of the others.
// - At most `characters_max` code points, of which no more than 1024 count, and never half a letter with its accents.
//
// The result of a result is the same. It may be empty. Safe from any thread; fails for nothing but memory.
std::string display_name(std::string_view text, NameForm form, std::size_t characters_max);

// Builds what the ASCII forms need of ICU, about half a second, which the first names in each script would wait for
// otherwise. To be called once at the start if a door uses these forms.
void prepare_display_names();

}  // namespace ringdex::telephony
