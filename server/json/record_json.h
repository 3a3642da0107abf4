#pragma once

#include "index/records/record.h"
#include "telephony/text/json_writer.h"

namespace ringdex::server {

// A record with all that is known of it, as /v1/records and the console show it.
void write_record(text::JsonWriter& out, const index::Record& record);
// Its members into an object that is open.
void write_record_members(text::JsonWriter& out, const index::Record& record);

}  // namespace ringdex::server
