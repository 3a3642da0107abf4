#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "index/records/change_batch.h"
#include "sync/field_mapping.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

// Pipedrive's JSON to plain values. Pure; any JSON is accepted and none throws.

struct PipedriveRow {
  enum class Kind {
    caller,     // `raw` is set
    gone,       // deleted; a lead also if archived
    no_person,  // a lead that stands on nobody, and so has neither a name nor a number
    bad,        // `detail` says why; external_id may be empty
  };
  Kind kind = Kind::bad;
  std::string external_id;
  std::int64_t version = 0;                    // update time in milliseconds; without one the add time, else `now`
  std::optional<index::TimePoint> updated_at;  // as the row says
  std::string person_id;                       // of a lead
  RawRecord raw;
  std::string detail;
};

// A person in the shape of API v2, of v1 or of old webhooks (phone[] and email[], objects for owner and organization,
// times without a zone, which are UTC). `company_url` is where the company's pages are; empty: no deep link.
PipedriveRow read_pipedrive_person(text::JsonView person, const MappingOptions& mapping, const std::string& company_url,
                                   index::TimePoint now);

// A lead has its person's name and numbers, which the Index gives it; here it has neither.
PipedriveRow read_pipedrive_lead(text::JsonView lead, const MappingOptions& mapping, const std::string& company_url,
                                 index::TimePoint now);

// nullopt if the row has no id. A deleted organization has an empty name.
std::optional<index::OrganizationName> read_pipedrive_organization(text::JsonView organization);

// RFC 3339, or "2026-05-15 10:16:44", which is UTC.
std::optional<index::TimePoint> parse_pipedrive_time(std::string_view text);
std::optional<index::TimePoint> pipedrive_updated_at(text::JsonView row);

// The UUID of a lead in lower case, as 8-4-4-4-12 hexadecimal digits; anything else is nothing.
std::optional<std::string> lead_id(text::JsonView value);
std::optional<std::string> lead_id(std::string_view text);

// A custom field's key: 40 hexadecimal digits.
bool is_field_hash(std::string_view name);

}  // namespace ringdex::sync
