#include "sync/connectors/zendesk/zendesk_rows.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "sync/json_fields.h"

namespace ringdex::sync {
namespace {

using text::JsonView;

// What the name of a user becomes, some time after being deleted for good.
constexpr std::string_view kErasedName = "Permanently Deleted User";

bool equal_but_for_case(std::string_view left, std::string_view right) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return left.size() == right.size() &&
         std::equal(left.begin(), left.end(), right.begin(), [&](char a, char b) { return lower(a) == lower(b); });
}

void add_email(index::Record& record, const std::string& email) {
  if (email.empty()) return;
  for (const auto& known : record.emails) {
    if (equal_but_for_case(known, email)) return;
  }
  record.emails.push_back(email);
}

void add_phone(RawRecord& raw, const std::string& label, const std::string& text) {
  if (text.empty()) return;
  for (const auto& [known_label, known_text] : raw.phones) {
    if (known_text == text) return;
  }
  raw.phones.emplace_back(label, text);
}

// A multi-select field is a list; a checkbox is true or false.
void add_custom_fields(RawRecord& raw, JsonView user, const std::set<std::string>& names) {
  const JsonView fields = user["user_fields"];
  if (!fields) return;
  for (const auto& name : names) {
    if (auto texts = value_texts(fields[name]); !texts.empty()) raw.fields[name] = std::move(texts);
  }
}

RawRecord caller(JsonView user, const std::string& id, const MappingOptions& mapping, const std::string& base_url) {
  RawRecord raw;
  auto& record = raw.record;
  record.id = {mapping.source, index::RecordKind::contact, id};
  record.name = user["name"].text_or_empty();
  record.organization_id = digit_id(user["organization_id"]).value_or("");
  record.url = base_url + "/agent/users/" + id;
  record.created_at = iso_time(user["created_at"]);
  add_email(record, user["email"].text_or_empty());
  add_phone(raw, "", user["phone"].text_or_empty());
  add_custom_fields(raw, user, mapping.custom_field_names());
  for (const JsonView tag : user["tags"]) {
    if (auto text = tag.text_or_empty(); !text.empty()) record.tags.push_back(std::move(text));
  }
  if (auto text = user["external_id"].as_text(); !text.empty()) record.custom["external_id"] = std::move(text);
  return raw;
}

}  // namespace

ZendeskUserRow read_zendesk_user(JsonView user, const MappingOptions& mapping, const std::string& base_url,
                                 index::TimePoint now) {
  ZendeskUserRow row;
  const auto id = digit_id(user["id"]);
  if (!id) {
    row.detail = "a user without an id";
    return row;
  }
  row.external_id = *id;
  const auto updated_at = iso_time(user["updated_at"]);
  row.version = updated_at.value_or(now).time_since_epoch().count();

  const auto active = user["active"].boolean();
  if (active == false || user["name"].text() == kErasedName) {
    row.kind = ZendeskUserRow::Kind::gone;
    return row;
  }
  const std::string role = user["role"].text_or_empty();
  if (role.empty()) {
    row.detail = "a user without a role";
    return row;
  }
  if (!updated_at) {
    row.detail = "updated_at is no time";
    return row;
  }
  if (role != "end-user") {
    row.kind = ZendeskUserRow::Kind::not_a_caller;
    return row;
  }
  row.kind = ZendeskUserRow::Kind::caller;
  row.raw = caller(user, *id, mapping, base_url);
  row.raw.record.updated_at = updated_at;
  row.raw.record.version = row.version;
  return row;
}

std::map<std::string, std::vector<ZendeskIdentity>> read_zendesk_identities(JsonView identities) {
  std::map<std::string, std::vector<ZendeskIdentity>> by_user;
  for (const JsonView row : identities) {
    const auto user_id = digit_id(row["user_id"]);
    if (!user_id) continue;
    ZendeskIdentity identity{0, row["type"].text_or_empty(), row["value"].as_text()};
    if (const auto id = digit_id(row["id"])) {
      std::from_chars(id->data(), id->data() + id->size(), identity.id);
    }
    by_user[*user_id].push_back(std::move(identity));
  }
  for (auto& [user_id, list] : by_user) sort_by_id(list);
  return by_user;
}

void sort_by_id(std::vector<ZendeskIdentity>& identities) {
  std::stable_sort(identities.begin(), identities.end(),
                   [](const ZendeskIdentity& a, const ZendeskIdentity& b) { return a.id < b.id; });
}

void add_zendesk_identities(RawRecord& raw, const std::vector<ZendeskIdentity>& identities) {
  for (const auto& identity : identities) {
    if (identity.type == "phone_number") add_phone(raw, "", identity.value);
    if (identity.type == "email") add_email(raw.record, identity.value);
  }
}

std::optional<index::OrganizationName> read_zendesk_organization(JsonView organization) {
  const auto id = digit_id(organization["id"]);
  if (!id) return std::nullopt;
  const auto deleted = static_cast<bool>(organization["deleted_at"]);
  return index::OrganizationName{*id, deleted ? std::string() : organization["name"].text_or_empty()};
}

}  // namespace ringdex::sync
