#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/record.h"
#include "telephony/asked_number.h"
#include "telephony/number_parser.h"

namespace ringdex::server {

struct LookupRequest {
  std::string account;
  std::string number;  // as the phone system sent it
  std::string region;  // overrides the account's and the called line's; may be empty
  std::string called;  // the called line; may be empty
  telephony::Plan plan = telephony::Plan::automatic;
};

enum class Match { none, one, many };
std::string_view to_string(Match);

enum class Unmatchable { withheld, not_a_number, extension, own_number };
std::string_view to_string(Unmatchable);

// One record of a candidate, addressable on its own (a ticket must go to the right id in each CRM).
struct CandidateRecord {
  index::RecordId id;
  std::string label;  // of its source
  std::string url;
};

// One person. The leading record is the one that the pick rules put in front.
struct Candidate {
  index::Record leading;
  std::string label;
  index::RecordPhone phone;  // the one that matched
  std::vector<CandidateRecord> records;
};

struct PickReason {
  std::string rule;
  std::string because;
};

struct AnsweredNumber {
  std::string input;
  std::optional<telephony::ParsedNumber> parsed;
  telephony::NumberFacts facts;
  telephony::Reading reading = telephony::Reading::literal;
};

struct LookupAnswer {
  Match match = Match::none;
  std::optional<Unmatchable> unmatchable;
  AnsweredNumber number;
  std::vector<Candidate> candidates;  // in pick order, at most kCandidatesMax
  std::uint64_t total = 0;
  std::optional<PickReason> default_reason;
  std::optional<std::string> shared_organization;                        // all candidates are of this one
  std::map<std::string, std::optional<std::chrono::seconds>> freshness;  // source -> age of its checkpoint
  std::uint64_t position = 0;
};

inline constexpr std::size_t kCandidatesMax = 25;

}  // namespace ringdex::server
