#include "sync/connectors/pipedrive/pipedrive_rows.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "sync/clean_text.h"
#include "sync/json_fields.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using nlohmann::json;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// An id that stands as it is, or in an object's `value` or `id`, as API v1 gives owners and organizations.
std::optional<std::string> linked_id(const json& row, const char* name) {
  const auto* value = member(row, name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) return digit_id(value);
  if (auto id = digit_id(member(*value, "value"))) return id;
  return digit_id(member(*value, "id"));
}

struct LabelledValue {
  std::string label;
  std::string value;
  bool primary = false;
};

std::string phone_label(const std::string& text) {
  const std::string label = text::ascii_lower(clean_line(text));
  if (label.find("fax") != std::string::npos) return "fax";
  if (label == "cell" || label == "cell phone" || label == "mobile phone") return "mobile";
  return label;
}

// "phones" or "emails" of API v2, "phone" or "email" of v1; the primary one first. Empty values are left out.
std::vector<LabelledValue> labelled_values(const json& row, const char* name, const char* old_name) {
  std::vector<LabelledValue> result;
  const auto* list = member(row, name);
  if (list == nullptr) list = member(row, old_name);
  if (list == nullptr) return result;
  const auto add = [&result](const json& one) {
    LabelledValue read;
    if (one.is_object()) {
      if (const auto* value = member(one, "value")) read.value = value_text(*value);
      read.label = text_member(one, "label");
      read.primary = bool_member(one, "primary").value_or(false);
    } else {
      read.value = value_text(one);
    }
    if (!clean_line(read.value).empty()) result.push_back(std::move(read));
  };
  if (list->is_array()) {
    for (const auto& one : *list) add(one);
  } else {
    add(*list);
  }
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.primary && !b.primary; });
  return result;
}

void add_phones(RawRecord& raw, const json& person) {
  for (const auto& phone : labelled_values(person, "phones", "phone")) {
    const auto same = [&](const auto& known) { return known.second == phone.value; };
    if (std::ranges::none_of(raw.phones, same)) raw.phones.emplace_back(phone_label(phone.label), phone.value);
  }
}

void add_emails(index::Record& record, const json& person) {
  for (const auto& email : labelled_values(person, "emails", "email")) {
    const auto same = [&](const std::string& known) {
      return text::ascii_lower(known) == text::ascii_lower(email.value);
    };
    if (std::ranges::none_of(record.emails, same)) record.emails.push_back(email.value);
  }
}

// A custom field of several parts (an address, an amount of money) holds its text in `value`.
std::vector<std::string> field_texts(const json& value) {
  if (!value.is_object()) return value_texts(value);
  const auto* inner = member(value, "value");
  return inner == nullptr ? std::vector<std::string>() : value_texts(*inner);
}

// In `custom_fields` of API v2, or as members of the row itself, as in v1 and in leads.
void add_custom_fields(RawRecord& raw, const json& row, const std::set<std::string>& names) {
  const auto* fields = member(row, "custom_fields");
  for (const auto& name : names) {
    const auto* value = fields == nullptr ? nullptr : member(*fields, name.c_str());
    if (value == nullptr) value = member(row, name.c_str());
    if (value == nullptr) continue;
    if (auto texts = field_texts(*value); !texts.empty()) raw.fields[name] = std::move(texts);
  }
}

void add_labels(index::Record& record, const json& row) {
  const auto* labels = array_member(row, "label_ids");
  if (labels == nullptr) labels = member(row, "label");
  if (labels == nullptr) return;
  for (auto& label : value_texts(*labels)) record.tags.push_back(std::move(label));
}

// What persons and leads have alike.
PipedriveRow begun_row(const json& row, std::optional<std::string> id, index::TimePoint now) {
  PipedriveRow result;
  if (!id) return result;
  result.external_id = *std::move(id);
  result.updated_at = pipedrive_updated_at(row);
  const auto added_at = parse_pipedrive_time(text_member(row, "add_time"));
  result.version = result.updated_at.value_or(added_at.value_or(now)).time_since_epoch().count();
  auto& record = result.raw.record;
  record.created_at = added_at;
  record.updated_at = result.updated_at;
  record.version = result.version;
  record.owner = linked_id(row, "owner_id").value_or("");
  add_labels(record, row);
  return result;
}

}  // namespace

std::optional<index::TimePoint> parse_pipedrive_time(std::string_view text) {
  constexpr std::size_t kBytesWithoutZone = 19;
  if (text.size() != kBytesWithoutZone || text[10] != ' ') return text::parse_iso_time(text);
  std::string iso(text);
  iso[10] = 'T';
  return text::parse_iso_time(iso + "Z");
}

std::optional<index::TimePoint> pipedrive_updated_at(const json& row) {
  return parse_pipedrive_time(text_member(row, "update_time"));
}

std::optional<std::string> lead_id(std::string_view text) {
  constexpr std::size_t kBytes = 36;
  if (text.size() != kBytes) return std::nullopt;
  std::string id = text::ascii_lower(text);
  for (std::size_t i = 0; i < kBytes; ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? id[i] != '-' : !is_hex_digit(id[i])) return std::nullopt;
  }
  return id;
}

std::optional<std::string> lead_id(const json* value) {
  if (value == nullptr || !value->is_string()) return std::nullopt;
  return lead_id(std::string_view(value->get_ref<const std::string&>()));
}

bool is_field_hash(std::string_view name) {
  constexpr std::size_t kBytes = 40;
  return name.size() == kBytes && std::ranges::all_of(name, is_hex_digit);
}

PipedriveRow read_pipedrive_person(const json& person, const MappingOptions& mapping, const std::string& company_url,
                                   index::TimePoint now) {
  auto row = begun_row(person, digit_id(member(person, "id")), now);
  if (row.external_id.empty()) {
    row.detail = "a person without an id";
    return row;
  }
  if (bool_member(person, "is_deleted") == true || bool_member(person, "active_flag") == false) {
    row.kind = PipedriveRow::Kind::gone;
    return row;
  }
  row.kind = PipedriveRow::Kind::caller;
  auto& record = row.raw.record;
  record.id = {mapping.source, index::RecordKind::contact, row.external_id};
  record.name = text_member(person, "name");
  if (record.name.empty()) {
    record.name = text_member(person, "first_name") + " " + text_member(person, "last_name");
  }
  record.organization_id = linked_id(person, "org_id").value_or("");
  record.title = text_member(person, "job_title");
  if (!company_url.empty()) record.url = company_url + "/person/" + row.external_id;
  add_phones(row.raw, person);
  add_emails(record, person);
  add_custom_fields(row.raw, person, mapping.custom_field_names());
  return row;
}

PipedriveRow read_pipedrive_lead(const json& lead, const MappingOptions& mapping, const std::string& company_url,
                                 index::TimePoint now) {
  auto row = begun_row(lead, lead_id(member(lead, "id")), now);
  if (row.external_id.empty()) {
    row.detail = "a lead without an id";
    return row;
  }
  if (bool_member(lead, "is_archived") == true || bool_member(lead, "is_deleted") == true) {
    row.kind = PipedriveRow::Kind::gone;
    if (const auto archived_at = parse_pipedrive_time(text_member(lead, "archive_time"))) {
      row.version = std::max(row.version, archived_at->time_since_epoch().count());
    }
    return row;
  }
  row.person_id = linked_id(lead, "person_id").value_or("");
  if (row.person_id.empty()) {
    row.kind = PipedriveRow::Kind::no_person;
    row.detail = "the lead has no person, and so neither a name nor a number";
    return row;
  }
  row.kind = PipedriveRow::Kind::caller;
  auto& record = row.raw.record;
  record.id = {mapping.source, index::RecordKind::lead, row.external_id};
  record.person_id = row.person_id;
  record.organization_id = linked_id(lead, "organization_id").value_or("");
  if (!company_url.empty()) record.url = company_url + "/leads/inbox/" + row.external_id;
  auto names = mapping.custom_field_names();
  for (const auto& field : mapping.phone_fields) names.erase(field);
  add_custom_fields(row.raw, lead, names);
  if (auto title = text_member(lead, "title"); !title.empty()) record.custom["title"] = std::move(title);
  return row;
}

std::optional<index::OrganizationName> read_pipedrive_organization(const json& organization) {
  const auto id = digit_id(member(organization, "id"));
  if (!id) return std::nullopt;
  const bool gone =
      bool_member(organization, "is_deleted") == true || bool_member(organization, "active_flag") == false;
  return index::OrganizationName{*id, gone ? std::string() : text_member(organization, "name")};
}

}  // namespace ringdex::sync
