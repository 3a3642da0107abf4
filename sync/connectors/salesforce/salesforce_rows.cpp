#include "sync/connectors/salesforce/salesforce_rows.h"

#include <fmt/format.h>

#include <cmath>
#include <utility>
#include <vector>

#include "sync/connectors/salesforce/salesforce_id.h"
#include "sync/json_fields.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using index::Consent;
using index::RecordKind;
using nlohmann::json;

constexpr double kWholeMax = 1e15;

bool is_true(const json& row, const char* name) {
  return bool_member(row, name).value_or(false);
}

std::optional<std::string> id_member(const json& row, const char* name) {
  return salesforce_id(text_member(row, name));
}

// Numbers come as 23.0; people know them as 23.
std::string field_text(const json& value) {
  if (!value.is_number_float()) return value_text(value);
  const double number = value.get<double>();
  if (std::isfinite(number) && std::floor(number) == number && std::fabs(number) < kWholeMax) {
    return fmt::format("{}", static_cast<std::int64_t>(number));
  }
  return value.dump();
}

std::vector<std::string> field_texts(const json& value, bool is_list) {
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

std::string name_of(const json& row) {
  std::string name = text_member(row, "Name");
  if (!name.empty()) return name;
  const std::string first = text_member(row, "FirstName");
  const std::string last = text_member(row, "LastName");
  return first.empty() || last.empty() ? first + last : first + " " + last;
}

std::optional<index::RecordId> survivor_of(const json& row, const SalesforceSelection& selection,
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

void add_organization(SalesforceRow& result, const json& row) {
  auto account = id_member(row, "AccountId");
  if (!account) return;
  result.raw.record.organization_id = *account;
  const auto* named = member(row, "Account");
  std::string name = named == nullptr ? std::string() : text_member(*named, "Name");
  if (name.empty()) return;
  result.raw.record.organization = name;
  result.organization = index::OrganizationName{*std::move(account), std::move(name)};
}

void add_consent(index::Record& record, const json& row, const char* field, const char* channel) {
  if (bool_member(row, field) == true) record.consent[channel] = Consent::unsubscribed;
}

RawRecord person(const json& row, const std::string& id, const SalesforceSelection& selection,
                 const MappingOptions& mapping, const std::string& instance_url) {
  RawRecord raw;
  auto& record = raw.record;
  const bool is_lead = selection.object == SalesforceObject::lead;
  record.id = {mapping.source, is_lead ? RecordKind::lead : RecordKind::contact, id};
  record.name = name_of(row);
  record.title = text_member(row, "Title");
  record.owner = text_member(row, "OwnerId");
  record.created_at = text::parse_iso_time(text_member(row, "CreatedDate"));
  if (is_lead) record.organization = text_member(row, "Company");
  if (!instance_url.empty()) {
    record.url = fmt::format("{}/lightning/r/{}/{}/view", instance_url, to_string(selection.object), id);
  }
  if (auto email = text_member(row, "Email"); !email.empty()) record.emails.push_back(std::move(email));
  add_consent(record, row, "DoNotCall", "call");
  add_consent(record, row, "HasOptedOutOfEmail", "email");
  for (const auto& [field, label] : selection.phones) {
    if (auto text = text_member(row, field.c_str()); !text.empty()) raw.phones.emplace_back(label, std::move(text));
  }
  for (const auto& [name, custom] : selection.custom) {
    const auto* value = member(row, custom.field.c_str());
    if (value == nullptr) continue;
    if (auto texts = field_texts(*value, custom.is_list); !texts.empty()) raw.fields[name] = std::move(texts);
  }
  return raw;
}

}  // namespace

std::optional<SalesforceRowKey> read_salesforce_key(const json& row, const SalesforceSelection& selection) {
  auto id = id_member(row, "Id");
  const auto stamp = text::parse_iso_time(text_member(row, selection.stamp.c_str()));
  if (!id || !stamp) return std::nullopt;
  return SalesforceRowKey{*std::move(id), *stamp};
}

SalesforceRow read_salesforce_person(const json& row, const SalesforceSelection& selection,
                                     const MappingOptions& mapping, const std::string& instance_url) {
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

std::optional<index::OrganizationName> read_salesforce_account(const json& row) {
  auto id = id_member(row, "Id");
  if (!id) return std::nullopt;
  if (!is_true(row, "IsDeleted")) return index::OrganizationName{*std::move(id), text_member(row, "Name")};
  // The contacts of an account that was merged away belong to the survivor, whether or not they say so yet.
  const auto* master = member(row, "MasterRecord");
  return index::OrganizationName{*std::move(id), master == nullptr ? std::string() : text_member(*master, "Name")};
}

}  // namespace ringdex::sync
