#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/table/number_table.h"
#include "telephony/text/enum_names.h"

namespace ringdex::server {

// Which records are one person. Both rule sets ask for the same normalised name, and besides for
// something in common: `name_number` for a number, `name_number_email_org` for a number, an e-mail or the organization.
// The cards of one lookup all have the asked number in common, so there the name decides alone.
enum class SamePerson { none, name_number, name_number_email_org };
inline constexpr auto kSamePersonNames =
    text::enum_names<SamePerson>({{SamePerson::none, "none"},
                                  {SamePerson::name_number, "name_number"},
                                  {SamePerson::name_number_email_org, "name_number_email_org"}});
constexpr std::optional<SamePerson> same_person_from(std::string_view name) {
  return kSamePersonNames.value_of(name);
}

// Case folded and composed (Unicode NFKC_Casefold), punctuation and spaces to single spaces. "  DOE,  Anna " and
// "doe anna" are equal; word order matters.
std::string normalised_name(std::string_view name);

// Arranges cards of one number so that each person's stand together, a person where its first card stood, and gives the
// size of each group. Pure.
std::vector<std::size_t> group_same_person(index::Cards& cards, SamePerson rules);

}  // namespace ringdex::server
