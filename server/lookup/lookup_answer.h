#pragma once

#include <boost/container/small_vector.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "index/index.h"
#include "telephony/number/asked_number.h"
#include "telephony/number/number_parser.h"
#include "telephony/text/enum_names.h"

namespace ringdex::server {

struct AccountSettings;

struct LookupRequest {
  std::string_view account;
  std::string_view number;  // as the phone system sent it
  std::string_view region;  // overrides the account's and the called line's; may be empty
  std::string_view called;  // the called line; may be empty
  telephony::Plan plan = telephony::Plan::automatic;
  std::string_view agent = {};           // whose phone rings; may be empty
  const index::Record* about = nullptr;  // who was clicked to be called: a candidate, whatever the number says
};

enum class Match { none, one, many };
inline constexpr auto kMatchNames =
    text::enum_names<Match>({{Match::none, "none"}, {Match::one, "one"}, {Match::many, "many"}});
constexpr std::string_view to_string(Match value) {
  return kMatchNames.name_of(value);
}

using telephony::Unmatchable;

// One person: cards[first] is the leading record, which the pick rules put in front, and the rest its other records,
// addressable on their own (a ticket must go to the right id in each CRM).
struct Candidate {
  std::size_t first = 0;
  std::size_t records = 1;
};

struct PickReason {
  std::string_view rule;
  std::string because;  // empty: nobody else has the number
};

struct AnsweredNumber {
  std::string_view input;
  std::optional<telephony::ParsedNumber> parsed;
  telephony::NumberFacts facts;
  telephony::Reading reading = telephony::Reading::literal;
};

struct SourceFreshness {
  std::string_view source;
  std::optional<std::chrono::seconds> age;  // of its checkpoint; nullopt if it has none yet
};

// Views into the request, the index and the account's settings. The latter two it holds itself, so it should be let go
// once it is written.
struct LookupAnswer {
  explicit LookupAnswer(index::IndexView seen) : view(std::move(seen)) {}

  Match match = Match::none;
  std::optional<Unmatchable> unmatchable;
  AnsweredNumber number;
  index::Found found;                                       // its cards in pick order, each person's together
  boost::container::small_vector<Candidate, 4> candidates;  // in pick order, at most kCandidatesMax
  std::uint64_t total = 0;
  std::optional<PickReason> default_reason;
  bool has_default = true;  // false if who is meant is not among the candidates, so none of them may be taken for him
  std::optional<std::string_view> shared_organization;  // all candidates are of this one
  boost::container::small_vector<SourceFreshness, 4> freshness;

  index::IndexView view;
  std::shared_ptr<const AccountSettings> account;
  std::unique_ptr<const index::Record> about;  // of which a card is, if it does not have the number

  std::uint64_t position() const { return view.position(); }
  void withhold_default(std::string because) {
    has_default = false;
    default_reason = {"about", std::move(because)};
  }
  const index::Card& leading(const Candidate& candidate) const { return found.cards[candidate.first]; }
  // The default pick's leading card; nullptr if there is none.
  const index::Card* pick() const {
    return candidates.empty() || !has_default ? nullptr : &leading(candidates.front());
  }
  std::string_view label(const index::Card& card) const;  // of its source
};

inline constexpr std::size_t kCandidatesMax = 25;

}  // namespace ringdex::server
