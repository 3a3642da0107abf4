#pragma once

#include "server/api/json_writer.h"
#include "server/lookup_answer.h"

namespace ringdex::server {

// The answer of a lookup as design section 4 writes it.
void write_answer(JsonWriter& out, const LookupAnswer& answer);

}  // namespace ringdex::server
