#include "server/calls/call_lookup.h"

#include "server/json/lookup_json.h"
#include "telephony/number/number_variants.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {

std::expected<LookupAnswer, LookupError> CallLookup::look(const RingRequest& request,
                                                          const index::Record* about) const {
  LookupRequest lookup{.account = request.account,
                       .number = other_party(request),
                       .region = request.region,
                       .called = own_line(request),
                       .plan = telephony::plan_from(request.plan).value_or(telephony::Plan::automatic),
                       .agent = {},
                       .about = about};
  // What one of several agents chose for himself is not the others' choice.
  if (request.agents.size() == 1) lookup.agent = request.agents.front();
  return lookups_.lookup(lookup, clock_());
}

std::optional<index::Record> CallLookup::about(const RingRequest& request) const {
  const index::IndexView view = index_.read();
  for (const index::RecordId& id : ids_of(*request.about)) {
    auto found = view.get(request.account, id);
    if (auto* known = found ? std::get_if<index::KnownRecord>(&*found) : nullptr) return std::move(known->record);
  }
  return std::nullopt;
}

bool is_unknown(const std::expected<LookupAnswer, LookupError>& answer) {
  return answer && answer->match == Match::none && !answer->unmatchable && answer->number.parsed;
}

std::optional<telephony::PhoneNumber> canonical_number(const LookupAnswer& answer) {
  if (!answer.number.parsed) return std::nullopt;
  return telephony::canonical(answer.number.parsed->number);
}

std::string answer_text(const LookupAnswer& answer) {
  std::string text;
  text::JsonWriter out(text);
  write_answer(out, answer);
  return text;
}

}  // namespace ringdex::server
