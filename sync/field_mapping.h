#pragma once

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/record.h"
#include "sync/connector.h"
#include "telephony/number_parser.h"

namespace ringdex::sync {

// The limits and marks of one source that every connector applies alike.
struct MappingOptions {
  std::string source;      // id of the source
  std::string region;      // the account's default region, for national numbers
  std::size_t phones_max;  // beyond it the record is skipped whole (design section 2)
  std::size_t emails_max;
  std::vector<std::string> phone_fields;  // custom fields whose value is a phone, by the source's field name
};

// A record before its phones are read: what a connector takes from the source's row.
struct RawRecord {
  index::Record record;                                     // all but phones
  std::vector<std::pair<std::string, std::string>> phones;  // label, free text of the field
};

// Raw row to Record: reads the phone fields, drops equal numbers, trims, checks id and limits. A missing name is the
// Index's to judge: it knows the organization's name and what the record was called before. Pure.
std::expected<index::Record, Rejected> map_record(RawRecord raw, const MappingOptions& options,
                                                  const telephony::NumberParser& parser);

}  // namespace ringdex::sync
