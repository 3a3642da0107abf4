#pragma once

#include <expected>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/records/record.h"
#include "sync/connector.h"
#include "telephony/number/number_parser.h"

namespace ringdex::sync {

// A custom field that says whether the person may be reached by a channel. Values are compared without regard to case.
struct ConsentField {
  std::string channel;  // "call", "sms", "email", ...
  std::string field;
  std::vector<std::string> subscribed;
  std::vector<std::string> unsubscribed;
  bool operator==(const ConsentField&) const = default;
};

// The limits and marks of one source that every connector applies alike. Custom fields are named as the source's API
// names them: a Salesforce field "Direct__c", a Zendesk user field's key, a Pipedrive hash, a CSV column.
struct MappingOptions {
  std::string source;      // id of the source
  std::string region;      // the account's default region, for national numbers
  std::size_t phones_max;  // beyond it the record is skipped whole and listed for the admin
  std::size_t emails_max;
  std::vector<std::string> phone_fields;             // custom fields whose value is a phone
  std::map<std::string, std::string> custom_fields;  // name in Record::custom -> field
  std::vector<std::string> group_fields;
  std::vector<std::string> tag_fields;
  std::vector<ConsentField> consent_fields;
  // What of a record is left out: "organization", "title", "emails", "groups", "tags", "owner", "url", "custom",
  // "consent", and "phones.<label>" for the phones of one label.
  std::set<std::string> dropped;

  // All custom fields that a connector has to bring, in order, each once.
  std::set<std::string> custom_field_names() const;
};

// A record before its phones are read: what a connector takes from the source's row.
struct RawRecord {
  index::Record record;                                     // all but phones
  std::vector<std::pair<std::string, std::string>> phones;  // label, free text of the field
  // Of the source's fields in MappingOptions::custom_field_names(), those that hold something; several values where a
  // field holds a list.
  std::map<std::string, std::vector<std::string>> fields;
};

// Raw row to Record: maps the custom fields, reads the phones, drops equal numbers, trims, checks id and limits. A
// missing name is the Index's to judge: it knows the organization's name and what the record was called before. Pure.
std::expected<index::Record, Rejected> map_record(RawRecord raw, const MappingOptions& options,
                                                  const telephony::NumberParser& parser);

}  // namespace ringdex::sync
