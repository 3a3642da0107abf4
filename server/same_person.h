#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/record.h"

namespace ringdex::server {

// Which records are one person (design section 4). Both rule sets ask for the same normalised name; `name_number` also
// for a number in common, `name_number_email_org` for a number, an e-mail or the organization in common.
enum class SamePerson { none, name_number, name_number_email_org };
std::optional<SamePerson> same_person_from(std::string_view name);

// Case folded and composed (Unicode NFKC_Casefold), punctuation and spaces to single spaces. "  DOE,  Anna " and
// "doe anna" are equal; word order matters.
std::string normalised_name(std::string_view name);

// Records in the order given, gathered into groups; a group stands where its first record stood. Pure.
std::vector<std::vector<index::Record>> group_same_person(std::vector<index::Record> records, SamePerson rules);

}  // namespace ringdex::server
