#pragma once

#include <boost/container/static_vector.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/caller_id.h"
#include "telephony/number/dial_plan.h"
#include "telephony/number/number_parser.h"
#include "telephony/text/enum_names.h"

namespace ringdex::telephony {

// How digits without a plus are to be read.
enum class Plan { automatic, e164, national };
inline constexpr auto kPlanNames =
    text::enum_names<Plan>({{Plan::automatic, "auto"}, {Plan::e164, "e164"}, {Plan::national, "national"}});
constexpr std::optional<Plan> plan_from(std::string_view name) {
  return kPlanNames.value_of(name);
}

enum class Reading {
  literal,  // the text itself said so (plus, tel:+..., IDD prefix)
  national,
  international
};
inline constexpr auto kReadingNames = text::enum_names<Reading>(
    {{Reading::literal, "literal"}, {Reading::national, "national"}, {Reading::international, "international"}});
constexpr std::string_view to_string(Reading value) {
  return kReadingNames.name_of(value);
}

// Why a text matches nobody. That it is the account's own number is said by who knows its numbers, and not here.
enum class Unmatchable { withheld, not_a_number, extension, own_number };
inline constexpr auto kUnmatchableNames = text::enum_names<Unmatchable>({{Unmatchable::withheld, "withheld"},
                                                                         {Unmatchable::not_a_number, "not_a_number"},
                                                                         {Unmatchable::extension, "extension"},
                                                                         {Unmatchable::own_number, "own_number"}});
constexpr std::string_view to_string(Unmatchable value) {
  return kUnmatchableNames.name_of(value);
}

struct NumberReading {
  ParsedNumber parsed;
  Reading reading;
  NumberFacts facts;
  bool operator==(const NumberReading&) const = default;
};

// A caller's text with every way to read it, the one to ask first in front. Either `readings` holds one or two, or
// `unmatchable` says why there is none.
struct AskedNumber {
  boost::container::static_vector<NumberReading, 2> readings;
  std::optional<Unmatchable> unmatchable;
  std::string extension;
  bool operator==(const AskedNumber&) const = default;
};

// Reads what a phone system or a person asks for. Plus-less digits with plan automatic: the national reading in the
// region if valid, else the international one if valid, else whichever is possible; the other reading stands second.
// Six digits or fewer without a plus are an extension or short code, unless they are a whole valid number of a region
// that has such. What is done is told to `steps` in plain words, for /v1/explain; without steps a clean E.164 text
// allocates nothing.
AskedNumber read_asked_number(const NumberParser& parser, std::string_view text, std::string_view region, Plan plan,
                              const std::vector<DialRewrite>& rewrites, std::vector<std::string>* steps = nullptr);

}  // namespace ringdex::telephony
