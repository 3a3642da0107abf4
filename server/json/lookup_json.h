#pragma once

#include <string>

#include "server/lookup/lookup_answer.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {

// The answer of a lookup as design section 4 writes it.
void write_answer(text::JsonWriter& out, const LookupAnswer& answer);
std::string answer_text(const LookupAnswer& answer);

}  // namespace ringdex::server
