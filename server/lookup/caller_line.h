#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "telephony/text/enum_names.h"

namespace ringdex::server {

struct LookupAnswer;

// What clients that show one line show of several people with one number.
enum class CallerLine {
  pick,          // the default pick's name
  organization,  // what all of them are of; else the pick's name
  count          // the pick's name and how many more, "Ada Whitlock +2"
};
inline constexpr auto kCallerLineNames = text::enum_names<CallerLine>(
    {{CallerLine::pick, "pick"}, {CallerLine::organization, "organization"}, {CallerLine::count, "count"}});
constexpr std::optional<CallerLine> caller_line_from(std::string_view name) {
  return kCallerLineNames.value_of(name);
}

// A person's name, or the organization where there is none.
std::string_view shown_name(std::string_view name, std::string_view organization);

// As the account wants it; empty: nobody, or nobody who may be named, or somebody of whom only the number is known. As
// the CRM has it: not yet made safe for any client (telephony/formats/display_name.h).
std::string caller_line(const LookupAnswer& answer);

// Whether that line is one person's name, and not what several have in common.
bool shows_one_person(const LookupAnswer& answer);

// A name in the two parts that phone books have.
struct NameParts {
  std::string given;
  std::string family;
};
// "Rossi, Mario" at its comma, else before the last word and what small words stand before that: "Jan" "van der Berg".
// A name of one word is a family name.
NameParts split_name(std::string_view name);

}  // namespace ringdex::server
