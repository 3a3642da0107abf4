#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "index/records/change_batch.h"
#include "sync/connectors/salesforce/salesforce_selection.h"
#include "sync/field_mapping.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

// Salesforce's JSON to plain values. Pure; any JSON is accepted and none throws.

// What every row tells, whatever was selected.
struct SalesforceRowKey {
  std::string id;  // 18 characters
  index::TimePoint stamp{};
  bool operator==(const SalesforceRowKey&) const = default;
};
// nullopt if the row has no id, or no time that can be read.
std::optional<SalesforceRowKey> read_salesforce_key(text::JsonView row, const SalesforceSelection& selection);

struct SalesforceRow {
  enum class Kind {
    person,  // `raw` is set
    gone,    // deleted, merged or converted: `merged_into` is set where it is known
    bad,     // `detail` says why; external_id may be empty
  };
  Kind kind = Kind::bad;
  std::string external_id;
  std::int64_t version = 0;  // the stamp in milliseconds
  std::optional<index::RecordId> merged_into;
  RawRecord raw;
  std::optional<index::OrganizationName> organization;  // the contact's account, where its name came along
  std::string detail;
};
// A contact or lead. `instance_url` is for the deep link.
SalesforceRow read_salesforce_person(text::JsonView row, const SalesforceSelection& selection,
                                     const MappingOptions& mapping, const std::string& instance_url);

// nullopt if the row has no id. A deleted account has no name, one that was merged away its survivor's.
std::optional<index::OrganizationName> read_salesforce_account(text::JsonView row);

}  // namespace ringdex::sync
