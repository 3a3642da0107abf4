#pragma once

#include "index/records/record.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {

// A record as design section 2 writes it.
void write_record(text::JsonWriter& out, const index::Record& record);
// Its members into an object that is open.
void write_record_members(text::JsonWriter& out, const index::Record& record);

}  // namespace ringdex::server
