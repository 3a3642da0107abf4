#include "tests/support/fakes/fake_pipedrive_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "telephony/text/times.h"

namespace ringdex::test_support {
namespace {

using nlohmann::json;

constexpr auto kKeptAfterDeletion = std::chrono::days(30);

std::int64_t milliseconds_of(TimePoint time) {
  return time.time_since_epoch().count();
}

std::string with_milliseconds(TimePoint time) {
  std::string text = text::format_iso_seconds(time);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text, milliseconds_of(time) % 1000);
}

std::string v1_time(TimePoint time) {
  std::string text = text::format_iso_seconds(time);
  text[10] = ' ';
  text.pop_back();
  return text;
}

json id_or_null(std::uint64_t id) {
  return id == 0 ? json() : json(id);
}

json labelled(const std::vector<FakeLabelled>& values) {
  json list = json::array();
  for (const auto& one : values) {
    list.push_back({{"label", one.label}, {"value", one.value}, {"primary", one.primary}});
  }
  return list;
}

json person_json(const FakePipedrivePerson& person) {
  json fields = json::object();
  for (const auto& [key, value] : person.custom_fields) fields[key] = value;
  const auto space = person.name.find(' ');
  return {{"id", person.id},
          {"name", person.name},
          {"first_name", person.name.substr(0, space)},
          {"last_name", space == std::string::npos ? json() : json(person.name.substr(space + 1))},
          {"add_time", text::format_iso_seconds(person.add_time)},
          {"update_time", person.no_update_time ? json() : json(text::format_iso_seconds(person.update_time))},
          {"visible_to", 3},
          {"owner_id", 77},
          {"label_ids", person.label_ids},
          {"org_id", id_or_null(person.org_id)},
          {"is_deleted", person.deleted},
          {"picture_id", nullptr},
          {"phones", labelled(person.phones)},
          {"emails", labelled(person.emails)},
          {"job_title", person.job_title.empty() ? json() : json(person.job_title)},
          {"custom_fields", fields}};
}

json organization_json(const FakePipedriveOrganization& organization) {
  return {{"id", organization.id},
          {"name", organization.name},
          {"owner_id", 77},
          {"add_time", text::format_iso_seconds(organization.add_time)},
          {"update_time", text::format_iso_seconds(organization.update_time)},
          {"is_deleted", organization.deleted},
          {"visible_to", 3},
          {"label_ids", json::array()},
          {"address", nullptr},
          {"custom_fields", json::object()}};
}

json lead_json(const FakePipedriveLead& lead) {
  json row{{"id", lead.id},
           {"title", lead.title},
           {"owner_id", 77},
           {"creator_id", 77},
           {"label_ids", lead.label_ids},
           {"value", nullptr},
           {"expected_close_date", nullptr},
           {"person_id", id_or_null(lead.person_id)},
           {"organization_id", id_or_null(lead.organization_id)},
           {"is_archived", lead.archived},
           {"archive_time", lead.archived ? json(with_milliseconds(lead.update_time)) : json()},
           {"source_name", "API"},
           {"was_seen", false},
           {"next_activity_id", nullptr},
           {"add_time", with_milliseconds(lead.add_time)},
           {"update_time", with_milliseconds(lead.update_time)},
           {"visible_to", "3"},
           {"cc_email", "company+lead@pipedrivemail.com"}};
  for (const auto& [key, value] : lead.custom_fields) row[key] = value;
  return row;
}

template <typename Rows, typename Id>
auto find_in(const Rows& rows, const Id& id) {
  const auto found = rows.find(id);
  return found == rows.end() ? nullptr : &found->second;
}

bool has_digits(const std::string& text, const std::string& digits) {
  std::string found;
  std::ranges::copy_if(text, std::back_inserter(found), [](char c) { return c >= '0' && c <= '9'; });
  return found.find(digits) != std::string::npos;
}

}  // namespace

std::uint64_t FakePipedriveStore::put(FakePipedrivePerson person) {
  if (person.id == 0) person.id = next_person_id_;
  next_person_id_ = std::max(next_person_id_, person.id + 1);
  person.add_time = std::chrono::floor<std::chrono::seconds>(person.add_time);
  person.update_time = std::chrono::floor<std::chrono::seconds>(person.update_time);
  const auto id = person.id;
  if (person.deleted) deleted_persons_.emplace(person.update_time, id);
  person_table_.put(id,
                    {milliseconds_of(person.add_time), person.no_update_time ? 0 : milliseconds_of(person.update_time),
                     person.deleted && !deleted_are_listed, person_json(person).dump()});
  persons_[id] = std::move(person);
  return id;
}

std::uint64_t FakePipedriveStore::put(FakePipedriveOrganization organization) {
  if (organization.id == 0) organization.id = next_organization_id_;
  next_organization_id_ = std::max(next_organization_id_, organization.id + 1);
  organization.add_time = std::chrono::floor<std::chrono::seconds>(organization.add_time);
  organization.update_time = std::chrono::floor<std::chrono::seconds>(organization.update_time);
  const auto id = organization.id;
  if (organization.deleted) deleted_organizations_.emplace(organization.update_time, id);
  organization_table_.put(id, {milliseconds_of(organization.add_time), milliseconds_of(organization.update_time),
                               organization.deleted && !deleted_are_listed, organization_json(organization).dump()});
  organizations_[id] = std::move(organization);
  return id;
}

std::string FakePipedriveStore::put(FakePipedriveLead lead) {
  if (lead.id.empty()) {
    // In the manner of a UUID of version 1, whose first digits do not grow with time.
    lead.id = fmt::format("{:08x}-50{:02x}-11f1-8f4f-d7944c{:06x}",
                          static_cast<std::uint32_t>(next_lead_ * 2654435761U), next_lead_ % 256, next_lead_);
    ++next_lead_;
  }
  auto& table = lead.archived ? archived_table_ : lead_table_;
  (lead.archived ? lead_table_ : archived_table_).erase(lead.id);
  table.put(lead.id,
            {milliseconds_of(lead.add_time), milliseconds_of(lead.update_time), false, lead_json(lead).dump()});
  const std::string id = lead.id;
  leads_[id] = std::move(lead);
  return id;
}

void FakePipedriveStore::erase_lead(const std::string& id) {
  lead_table_.erase(id);
  archived_table_.erase(id);
  leads_.erase(id);
}

void FakePipedriveStore::purge(TimePoint now) {
  const auto old = now - kKeptAfterDeletion;
  while (!deleted_persons_.empty() && deleted_persons_.begin()->first <= old) {
    const auto [at, id] = *deleted_persons_.begin();
    deleted_persons_.erase(deleted_persons_.begin());
    const auto found = persons_.find(id);
    if (found == persons_.end() || !found->second.deleted || found->second.update_time != at) continue;
    person_table_.erase(id);
    persons_.erase(found);
  }
  while (!deleted_organizations_.empty() && deleted_organizations_.begin()->first <= old) {
    const auto [at, id] = *deleted_organizations_.begin();
    deleted_organizations_.erase(deleted_organizations_.begin());
    const auto found = organizations_.find(id);
    if (found == organizations_.end() || !found->second.deleted || found->second.update_time != at) continue;
    organization_table_.erase(id);
    organizations_.erase(found);
  }
}

const FakePipedrivePerson* FakePipedriveStore::person(std::uint64_t id) const {
  return find_in(persons_, id);
}
const FakePipedriveOrganization* FakePipedriveStore::organization(std::uint64_t id) const {
  return find_in(organizations_, id);
}
const FakePipedriveLead* FakePipedriveStore::lead(const std::string& id) const {
  return find_in(leads_, id);
}

std::vector<std::uint64_t> FakePipedriveStore::persons_by_digits(const std::string& digits, bool custom_fields_too,
                                                                 std::size_t count) const {
  std::vector<std::uint64_t> found;
  if (digits.size() < 2) return found;
  for (const auto& [id, person] : persons_) {
    if (found.size() == count) break;
    if (person.deleted) continue;
    bool hit = std::ranges::any_of(person.phones, [&](const auto& phone) { return has_digits(phone.value, digits); });
    for (const auto& [key, value] : person.custom_fields) hit = hit || (custom_fields_too && has_digits(value, digits));
    if (hit) found.push_back(id);
  }
  return found;
}

std::string v1_person_json(const FakePipedrivePerson& person, std::uint64_t merge_what_id) {
  json row = person_json(person);
  row["phone"] = row["phones"];
  row["email"] = row["emails"];
  if (row["phone"].empty()) row["phone"] = json::array({{{"value", ""}, {"primary", true}}});
  for (const char* name : {"phones", "emails", "is_deleted", "custom_fields"}) row.erase(name);
  for (const auto& [key, value] : person.custom_fields) row[key] = value;
  row["owner_id"] = {{"id", 77}, {"name", "Owner"}, {"value", 77}};
  if (person.org_id != 0) row["org_id"] = {{"name", "Organization"}, {"value", person.org_id}};
  row["active_flag"] = !person.deleted;
  row["add_time"] = v1_time(person.add_time);
  row["update_time"] = v1_time(person.update_time);
  row["visible_to"] = "3";
  row["merge_what_id"] = merge_what_id;
  return row.dump();
}

}  // namespace ringdex::test_support
