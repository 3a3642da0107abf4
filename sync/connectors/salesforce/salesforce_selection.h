#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sync/connectors/salesforce/salesforce_schema.h"
#include "sync/field_mapping.h"
#include "telephony/text/enum_names.h"

namespace ringdex::sync {

enum class SalesforceObject { account, contact, lead };
inline constexpr auto kSalesforceObjects = text::enum_names<SalesforceObject>(
    {{SalesforceObject::account, "Account"}, {SalesforceObject::contact, "Contact"}, {SalesforceObject::lead, "Lead"}});
constexpr std::string_view to_string(SalesforceObject value) {
  return kSalesforceObjects.name_of(value);
}
SalesforceObject salesforce_object(index::RecordKind kind);

// What to select of an object. One missing field makes a whole query fail, so only what describe knows is asked for.
struct SalesforceSelection {
  struct Custom {
    std::string field;     // as Salesforce writes it
    bool is_list = false;  // a multi-select picklist: "a;b"
  };
  SalesforceObject object = SalesforceObject::contact;
  std::string stamp;                                        // SystemModstamp, else LastModifiedDate; empty: neither
  std::vector<std::string> fields;                          // beside Id and the stamp
  std::vector<std::pair<std::string, std::string>> phones;  // field, label
  std::map<std::string, Custom> custom;                     // as configured -> field
  std::vector<std::string> missing;                         // configured, and not there
};

// All that a contact or lead is made of, or an account.
SalesforceSelection select_salesforce_rows(SalesforceObject object, const SalesforceDescription& description,
                                           const MappingOptions& mapping);
// Only whether the rows are there, and what they were merged or converted into.
SalesforceSelection select_salesforce_fates(SalesforceObject object, const SalesforceDescription& description);

}  // namespace ringdex::sync
