#include "sync/connectors/pipedrive/pipedrive_rows.h"

#include <algorithm>
#include <utility>

#include "sync/clean_text.h"
#include "sync/json_fields.h"
#include "telephony/text/plain_text.h"
#include "telephony/text/times.h"

namespace ringdex::sync {
namespace {

using text::JsonView;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// An id that stands as it is, or in an object's `value` or `id`, as API v1 gives owners and organizations.
std::optional<std::string> linked_id(JsonView row, const char* name) {
  const JsonView value = row[name];
  if (!value.is_object()) return digit_id(value);
  if (auto id = digit_id(value["value"])) return id;
  return digit_id(value["id"]);
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
std::vector<LabelledValue> labelled_values(JsonView row, const char* name, const char* old_name) {
  std::vector<LabelledValue> result;
  const JsonView list = row[name] ? row[name] : row[old_name];
  const auto add = [&result](JsonView one) {
    LabelledValue read;
    if (one.is_object()) {
      read.value = one["value"].as_text();
      read.label = one["label"].text_or_empty();
      read.primary = one["primary"].boolean().value_or(false);
    } else {
      read.value = one.as_text();
    }
    if (!clean_line(read.value).empty()) result.push_back(std::move(read));
  };
  if (!list.is_list()) add(list);
  for (const JsonView one : list) add(one);
  std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.primary && !b.primary; });
  return result;
}

void add_phones(RawRecord& raw, JsonView person) {
  for (const auto& phone : labelled_values(person, "phones", "phone")) {
    const auto same = [&](const auto& known) { return known.second == phone.value; };
    if (std::ranges::none_of(raw.phones, same)) raw.phones.emplace_back(phone_label(phone.label), phone.value);
  }
}

void add_emails(index::Record& record, JsonView person) {
  for (const auto& email : labelled_values(person, "emails", "email")) {
    const auto same = [&](const std::string& known) {
      return text::ascii_lower(known) == text::ascii_lower(email.value);
    };
    if (std::ranges::none_of(record.emails, same)) record.emails.push_back(email.value);
  }
}

// A custom field of several parts (an address, an amount of money) holds its text in `value`.
std::vector<std::string> field_texts(JsonView value) {
  return value_texts(value.is_object() ? value["value"] : value);
}

// In `custom_fields` of API v2, or as members of the row itself, as in v1 and in leads.
void add_custom_fields(RawRecord& raw, JsonView row, const std::set<std::string>& names) {
  const JsonView fields = row["custom_fields"];
  for (const auto& name : names) {
    const JsonView value = fields[name] ? fields[name] : row[name];
    if (auto texts = field_texts(value); !texts.empty()) raw.fields[name] = std::move(texts);
  }
}

void add_labels(index::Record& record, JsonView row) {
  const JsonView ids = row["label_ids"];
  for (auto& label : value_texts(ids.is_list() ? ids : row["label"])) record.tags.push_back(std::move(label));
}

// What persons and leads have alike.
PipedriveRow begun_row(JsonView row, std::optional<std::string> id, index::TimePoint now) {
  PipedriveRow result;
  if (!id) return result;
  result.external_id = *std::move(id);
  result.updated_at = pipedrive_updated_at(row);
  const auto added_at = parse_pipedrive_time(row["add_time"].text().value_or(""));
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

std::optional<index::TimePoint> pipedrive_updated_at(JsonView row) {
  return parse_pipedrive_time(row["update_time"].text().value_or(""));
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

std::optional<std::string> lead_id(JsonView value) {
  return lead_id(value.text().value_or(""));
}

bool is_field_hash(std::string_view name) {
  constexpr std::size_t kBytes = 40;
  return name.size() == kBytes && std::ranges::all_of(name, is_hex_digit);
}

PipedriveRow read_pipedrive_person(JsonView person, const MappingOptions& mapping, const std::string& company_url,
                                   index::TimePoint now) {
  auto row = begun_row(person, digit_id(person["id"]), now);
  if (row.external_id.empty()) {
    row.detail = "a person without an id";
    return row;
  }
  if (person["is_deleted"].boolean() == true || person["active_flag"].boolean() == false) {
    row.kind = PipedriveRow::Kind::gone;
    return row;
  }
  row.kind = PipedriveRow::Kind::caller;
  auto& record = row.raw.record;
  record.id = {mapping.source, index::RecordKind::contact, row.external_id};
  record.name = person["name"].text_or_empty();
  if (record.name.empty()) {
    record.name = person["first_name"].text_or_empty() + " " + person["last_name"].text_or_empty();
  }
  record.organization_id = linked_id(person, "org_id").value_or("");
  record.title = person["job_title"].text_or_empty();
  if (!company_url.empty()) record.url = company_url + "/person/" + row.external_id;
  add_phones(row.raw, person);
  add_emails(record, person);
  add_custom_fields(row.raw, person, mapping.custom_field_names());
  return row;
}

PipedriveRow read_pipedrive_lead(JsonView lead, const MappingOptions& mapping, const std::string& company_url,
                                 index::TimePoint now) {
  auto row = begun_row(lead, lead_id(lead["id"]), now);
  if (row.external_id.empty()) {
    row.detail = "a lead without an id";
    return row;
  }
  if (lead["is_archived"].boolean() == true || lead["is_deleted"].boolean() == true) {
    row.kind = PipedriveRow::Kind::gone;
    if (const auto archived_at = parse_pipedrive_time(lead["archive_time"].text().value_or(""))) {
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
  if (auto title = lead["title"].text_or_empty(); !title.empty()) record.custom["title"] = std::move(title);
  return row;
}

std::optional<index::OrganizationName> read_pipedrive_organization(JsonView organization) {
  const auto id = digit_id(organization["id"]);
  if (!id) return std::nullopt;
  const bool gone = organization["is_deleted"].boolean() == true || organization["active_flag"].boolean() == false;
  return index::OrganizationName{*id, gone ? std::string() : organization["name"].text_or_empty()};
}

}  // namespace ringdex::sync
