#include "sync/connectors/salesforce/salesforce_selection.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

namespace ringdex::sync {
namespace {

// The standard phones in the order in which they are shown; fax last.
constexpr std::array<std::pair<const char*, const char*>, 4> kPhones = {
    {{"Phone", "work"}, {"MobilePhone", "mobile"}, {"HomePhone", "home"}, {"OtherPhone", "other"}}};
constexpr const char* kFax = "Fax";
constexpr const char* kAssistant = "AssistantPhone";  // another person's

constexpr std::array kPersonFields = {
    "IsDeleted", "MasterRecordId", "Name",        "FirstName", "LastName",          "Title",
    "Email",     "OwnerId",        "CreatedDate", "DoNotCall", "HasOptedOutOfEmail"};
constexpr std::array kFateFields = {"IsDeleted", "MasterRecordId", "IsConverted", "ConvertedContactId"};

struct Selecting {
  const SalesforceDescription& description;
  SalesforceSelection& selection;
  std::set<std::string> taken;

  bool add(const std::string& name) {
    if (description.field(name) == nullptr) return false;
    if (taken.insert(name).second) selection.fields.push_back(name);
    return true;
  }
  // "Account.Name": the name of the record that a reference leads to.
  void add_name_behind(const std::string& reference, const char* relationship) {
    const auto* field = description.field(reference);
    if (field != nullptr && field->relationship == relationship) {
      selection.fields.push_back(std::string(relationship) + ".Name");
    }
  }
  void add_phone(const std::string& name, const std::string& label) {
    if (add(name)) selection.phones.emplace_back(name, label);
  }
};

std::string stamp_of(const SalesforceDescription& description) {
  for (const char* name : {"SystemModstamp", "LastModifiedDate"}) {
    const auto* field = description.field(name);
    if (field != nullptr && field->filterable) return name;
  }
  return {};
}

void select_custom(Selecting& selecting, const MappingOptions& mapping) {
  for (const auto& name : mapping.custom_field_names()) {
    const auto known = selecting.description.name_in_any_case(name);
    if (!known) {
      selecting.selection.missing.push_back(name);
      continue;
    }
    selecting.add(*known);
    selecting.selection.custom[name] = {*known, selecting.description.field(*known)->type == "multipicklist"};
  }
}

void select_phones(Selecting& selecting, const MappingOptions& mapping) {
  // What the mapping names as a phone comes with its custom fields.
  std::set<std::string> mapped;
  for (const auto& name : mapping.phone_fields) {
    if (auto known = selecting.description.name_in_any_case(name)) mapped.insert(*std::move(known));
  }
  std::set<std::string> standard = {kFax, kAssistant};
  for (const auto& [name, label] : kPhones) {
    standard.insert(name);
    if (!mapped.contains(name)) selecting.add_phone(name, label);
  }
  for (const auto& [name, field] : selecting.description.fields) {
    if (field.type == "phone" && !standard.contains(name) && !mapped.contains(name)) selecting.add_phone(name, name);
  }
  if (!mapped.contains(kFax)) selecting.add_phone(kFax, "fax");
}

}  // namespace

SalesforceObject salesforce_object(index::RecordKind kind) {
  return kind == index::RecordKind::lead ? SalesforceObject::lead : SalesforceObject::contact;
}

SalesforceSelection select_salesforce_rows(SalesforceObject object, const SalesforceDescription& description,
                                           const MappingOptions& mapping) {
  SalesforceSelection selection;
  selection.object = object;
  selection.stamp = stamp_of(description);
  Selecting selecting{description, selection, {"Id", selection.stamp}};
  if (object == SalesforceObject::account) {
    for (const char* name : {"IsDeleted", "Name", "MasterRecordId"}) selecting.add(name);
    selecting.add_name_behind("MasterRecordId", "MasterRecord");
    return selection;
  }
  for (const char* name : kPersonFields) selecting.add(name);
  if (object == SalesforceObject::contact) {
    selecting.add("AccountId");
    selecting.add_name_behind("AccountId", "Account");
  } else {
    for (const char* name : {"Company", "IsConverted", "ConvertedContactId"}) selecting.add(name);
  }
  select_phones(selecting, mapping);
  select_custom(selecting, mapping);
  return selection;
}

SalesforceSelection select_salesforce_fates(SalesforceObject object, const SalesforceDescription& description) {
  SalesforceSelection selection;
  selection.object = object;
  selection.stamp = stamp_of(description);
  Selecting selecting{description, selection, {"Id", selection.stamp}};
  for (const char* name : kFateFields) selecting.add(name);
  return selection;
}

}  // namespace ringdex::sync
