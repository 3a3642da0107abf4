#pragma once

#include <string>

#include "server/lookup/lookup_answer.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {

// The answer of a lookup: number, match, default pick with its reason, candidates (README, "Endpoints").
void write_answer(text::JsonWriter& out, const LookupAnswer& answer);
std::string answer_text(const LookupAnswer& answer);

}  // namespace ringdex::server
