#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/lookup/lookup_answer.h"
#include "telephony/formats/agi_message.h"

namespace ringdex::server {

// What a dialplan asks over FastAGI: AGI(agi://host/lookup[/ACCOUNT][?called=&region=&plan=&agent=&key=][,CALLED]).
struct AgiQuestion {
  std::string number;   // empty: withheld
  std::string account;  // empty: the one that the key or the network has
  std::string key;
  std::string called;  // the query's, else the first argument, else what Asterisk says was dialled
  std::string region, agent;
  std::optional<telephony::Plan> plan;
  bool is_known = true;  // false if the script's path is none of ours
};
// `names_restricted`: whether a number that its owner withholds is looked up all the same.
AgiQuestion read_agi_question(const telephony::AgiRequest& request, bool names_restricted);

struct AgiAnswerOptions {
  std::string prefix;  // of the channel variables
  // The address of a person's jCard, for a SIP Call-Info header; empty: none is told.
  using Link = std::function<std::string(std::string_view account, const index::RecordId& id)>;
  Link jcard_link;
};

// The commands that tell Asterisk who calls, the name first; each is to be sent when the one before is answered.
// CALLERID(name) is set only if somebody is known, so that the carrier's name stays otherwise.
std::vector<std::string> agi_answer(std::string_view account, const LookupAnswer& answer,
                                    const AgiAnswerOptions& options);
// The same where there is no answer: `match` is "refused" or "failed", `reason` goes to Asterisk's console.
std::vector<std::string> agi_refusal(std::string_view match, std::string_view reason, const AgiAnswerOptions& options);

}  // namespace ringdex::server
