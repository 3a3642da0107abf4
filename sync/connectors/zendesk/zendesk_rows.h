#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "index/records/change_batch.h"
#include "sync/field_mapping.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

// Zendesk's JSON to plain values. Pure; any JSON is accepted and none throws.

struct ZendeskUserRow {
  enum class Kind {
    caller,        // an end user: `raw` is set, all but the numbers and e-mails that stand in the identities
    gone,          // deleted, softly or for good
    not_a_caller,  // an agent or admin
    bad,           // `detail` says why; external_id may be empty
  };
  Kind kind = Kind::bad;
  std::string external_id;
  std::int64_t version = 0;  // updated_at in milliseconds; of a deleted user without one, `now`
  RawRecord raw;
  std::string detail;
};
ZendeskUserRow read_zendesk_user(text::JsonView user, const MappingOptions& mapping, const std::string& base_url,
                                 index::TimePoint now);

struct ZendeskIdentity {
  std::uint64_t id = 0;
  std::string type;
  std::string value;
};
// An identity's place in the answer may change from call to call; its id does not, so the lists are ordered by id.
std::map<std::string, std::vector<ZendeskIdentity>> read_zendesk_identities(text::JsonView identities);
void sort_by_id(std::vector<ZendeskIdentity>& identities);
void add_zendesk_identities(RawRecord& raw, const std::vector<ZendeskIdentity>& identities);

// nullopt if the row has no id. A deleted organization has an empty name.
std::optional<index::OrganizationName> read_zendesk_organization(text::JsonView organization);

}  // namespace ringdex::sync
