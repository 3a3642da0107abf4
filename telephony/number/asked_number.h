#pragma once

#include <boost/container/static_vector.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telephony/number/caller_id.h"
#include "telephony/number/dial_plan.h"
#include "telephony/number/number_parser.h"

namespace ringdex::telephony {

// How digits without a plus are to be read.
enum class Plan { automatic, e164, national };
std::optional<Plan> plan_from(std::string_view name);  // "auto", "e164", "national"

enum class Reading {
  literal,
  national,
  international
};  // literal: the text itself said so (plus, tel:+..., IDD prefix)
std::string_view to_string(Reading);

enum class Unmatchable { withheld, not_a_number, extension };
std::string_view to_string(Unmatchable);

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
