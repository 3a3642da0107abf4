#include "sync/connectors/salesforce/salesforce_rows.h"

#include <fmt/core.h>

#include <cmath>
#include <utility>
#include <vector>

#include "sync/connectors/salesforce/salesforce_id.h"
#include "sync/json_fields.h"

namespace ringdex::sync {
namespace {

using index::Consent;
using index::RecordKind;
using text::JsonView;

constexpr double kWholeMax = 1e15;

bool is_true(JsonView row, const char* name) {
  return row[name].boolean().value_or(false);
}

std::optional<std::string> id_member(JsonView row, const char* name) {
  return salesforce_id(row[name].text().value_or(""));
}

// Numbers come as 23.0; people know them as 23.
std::string field_text(JsonView value) {
  if (!value.is_number() || value.is_whole_number()) return value.as_text();
  const double number = *value.number();
  if (std::isfinite(number) && std::floor(number) == number && std::fabs(number) < kWholeMax) {
    return std::to_string(static_cast<std::int64_t>(number));
  }
  return value.dump();
}

std::vector<std::string> field_texts(JsonView value, bool is_list) {
  std::vector<std::string> texts;
  std::string text = field_text(value);
  if (!is_list) {
    if (!text.empty()) texts.push_back(std::move(text));
    return texts;
  }
  for (std::size_t start = 0; start <= text.size();) {
    const auto end = std::min(text.find(';', start), text.size());
    if (end > start) texts.push_back(text.substr(start, end - start));
    start = end + 1;
  }
  return texts;
}

std::string name_of(JsonView row) {
  std::string name = row["Name"].text_or_empty();
  if (!name.empty()) return name;
  const std::string first = row["FirstName"].text_or_empty();
  const std::string last = row["LastName"].text_or_empty();
  return first.empty() || last.empty() ? first + last : first + " " + last;
}

std::optional<index::RecordId> survivor_of(JsonView row, const SalesforceSelection& selection,
                                           const MappingOptions& mapping) {
  const bool is_lead = selection.object == SalesforceObject::lead;
  if (auto winner = id_member(row, "MasterRecordId")) {
    return index::RecordId{mapping.source, is_lead ? RecordKind::lead : RecordKind::contact, *std::move(winner)};
  }
  if (is_lead && is_true(row, "IsConverted")) {
    if (auto contact = id_member(row, "ConvertedContactId")) {
      return index::RecordId{mapping.source, RecordKind::contact, *std::move(contact)};
    }
  }
  return std::nullopt;
}

void add_organization(SalesforceRow& result, JsonView row) {
  auto account = id_member(row, "AccountId");
  if (!account) return;
  result.raw.record.organization_id = *account;
  std::string name = row["Account"]["Name"].text_or_empty();
  if (name.empty()) return;
  result.raw.record.organization = name;
  result.organization = index::OrganizationName{*std::move(account), std::move(name)};
}

void add_consent(index::Record& record, JsonView row, const char* field, const char* channel) {
  if (row[field].boolean() == true) record.consent[channel] = Consent::unsubscribed;
}

RawRecord person(JsonView row, const std::string& id, const SalesforceSelection& selection,
                 const MappingOptions& mapping, const std::string& instance_url) {
  RawRecord raw;
  auto& record = raw.record;
  const bool is_lead = selection.object == SalesforceObject::lead;
  record.id = {mapping.source, is_lead ? RecordKind::lead : RecordKind::contact, id};
  record.name = name_of(row);
  record.title = row["Title"].text_or_empty();
  record.owner = row["OwnerId"].text_or_empty();
  record.created_at = iso_time(row["CreatedDate"]);
  if (is_lead) record.organization = row["Company"].text_or_empty();
  if (!instance_url.empty()) {
    record.url = fmt::format("{}/lightning/r/{}/{}/view", instance_url, to_string(selection.object), id);
  }
  if (auto email = row["Email"].text_or_empty(); !email.empty()) record.emails.push_back(std::move(email));
  add_consent(record, row, "DoNotCall", "call");
  add_consent(record, row, "HasOptedOutOfEmail", "email");
  for (const auto& [field, label] : selection.phones) {
    if (auto text = row[field].text_or_empty(); !text.empty()) raw.phones.emplace_back(label, std::move(text));
  }
  for (const auto& [name, custom] : selection.custom) {
    if (auto texts = field_texts(row[custom.field], custom.is_list); !texts.empty())
      raw.fields[name] = std::move(texts);
  }
  return raw;
}

}  // namespace

std::optional<SalesforceRowKey> read_salesforce_key(JsonView row, const SalesforceSelection& selection) {
  auto id = id_member(row, "Id");
  const auto stamp = iso_time(row[selection.stamp]);
  if (!id || !stamp) return std::nullopt;
  return SalesforceRowKey{*std::move(id), *stamp};
}

SalesforceRow read_salesforce_person(JsonView row, const SalesforceSelection& selection, const MappingOptions& mapping,
                                     const std::string& instance_url) {
  SalesforceRow result;
  auto id = id_member(row, "Id");
  if (!id) {
    result.detail = "a row without an id";
    return result;
  }
  result.external_id = *id;
  const auto key = read_salesforce_key(row, selection);
  if (!key) {
    result.detail = selection.stamp + " is no time";
    return result;
  }
  result.version = key->stamp.time_since_epoch().count();
  const bool converted = selection.object == SalesforceObject::lead && is_true(row, "IsConverted");
  if (is_true(row, "IsDeleted") || converted) {
    result.kind = SalesforceRow::Kind::gone;
    result.merged_into = survivor_of(row, selection, mapping);
    return result;
  }
  result.kind = SalesforceRow::Kind::person;
  result.raw = person(row, *id, selection, mapping, instance_url);
  result.raw.record.updated_at = key->stamp;
  result.raw.record.version = result.version;
  if (selection.object == SalesforceObject::contact) add_organization(result, row);
  return result;
}

std::optional<index::OrganizationName> read_salesforce_account(JsonView row) {
  auto id = id_member(row, "Id");
  if (!id) return std::nullopt;
  if (!is_true(row, "IsDeleted")) return index::OrganizationName{*std::move(id), row["Name"].text_or_empty()};
  // The contacts of an account that was merged away belong to the survivor, whether or not they say so yet.
  return index::OrganizationName{*std::move(id), row["MasterRecord"]["Name"].text_or_empty()};
}

}  // namespace ringdex::sync
