#include "tests/support/fakes/fake_zendesk_store.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "telephony/text/times.h"

namespace ringdex::test_support {
namespace {

using nlohmann::json;

std::int64_t seconds_of(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

json text_or_null(const std::string& text) {
  return text.empty() ? json() : json(text);
}
json id_or_null(std::uint64_t id) {
  return id == 0 ? json() : json(id);
}

json user_to_json(const FakeUser& user) {
  json fields = json::object();
  for (const auto& [name, value] : user.user_fields) fields[name] = text_or_null(value);
  return {{"id", user.id},
          {"url", "https://fake.zendesk.com/api/v2/users/" + std::to_string(user.id) + ".json"},
          {"name", text_or_null(user.name)},
          {"email", text_or_null(user.email)},
          {"phone", text_or_null(user.phone)},
          {"shared_phone_number", user.shared_phone_number},
          {"role", user.role},
          {"active", user.active},
          {"suspended", user.suspended},
          {"verified", true},
          {"organization_id", id_or_null(user.organization_id)},
          {"external_id", text_or_null(user.external_id)},
          {"alias", nullptr},
          {"details", nullptr},
          {"notes", nullptr},
          {"tags", user.tags},
          {"user_fields", fields},
          {"locale", "en-US"},
          {"time_zone", "UTC"},
          {"created_at", text::format_iso_seconds(user.created_at)},
          {"updated_at", text::format_iso_seconds(user.updated_at)}};
}

std::string identity_row(std::uint64_t id, std::uint64_t user_id, const std::string& type, const std::string& value,
                         bool primary) {
  return json{{"id", id},       {"user_id", user_id}, {"type", type},
              {"value", value}, {"verified", true},   {"primary", primary}}
      .dump();
}

bool ends_in_digits(const std::string& text, const std::string& digits) {
  std::string found;
  for (const char c : text) {
    if (c >= '0' && c <= '9') found += c;
  }
  return found.ends_with(digits);
}

}  // namespace

std::uint64_t FakeZendeskStore::put_user(FakeUser user) {
  if (user.id == 0) user.id = next_user_id_;
  next_user_id_ = std::max(next_user_id_, user.id + 1);
  for (auto& identity : user.identities) {
    if (identity.id == 0) identity.id = next_identity_id_++;
  }
  user.updated_at = std::chrono::floor<std::chrono::seconds>(user.updated_at);
  const std::uint64_t id = user.id;
  auto& row = users_[id];
  user_order_.erase({seconds_of(row.user.updated_at), id});
  row.user = std::move(user);
  row.json = user_to_json(row.user).dump();
  row.identities_json.clear();
  for (const auto& text : identity_rows(id)) {
    if (!row.identities_json.empty()) row.identities_json += ',';
    row.identities_json += text;
  }
  user_order_.emplace(seconds_of(row.user.updated_at), id);
  return id;
}

const FakeUser* FakeZendeskStore::user(std::uint64_t id) const {
  const auto found = users_.find(id);
  return found == users_.end() ? nullptr : &found->second.user;
}

void FakeZendeskStore::erase_for_good(std::uint64_t id, TimePoint now) {
  FakeUser erased;
  erased.id = id;
  erased.name = "Permanently Deleted User";
  erased.active = false;
  erased.created_at = users_.at(id).user.created_at;
  erased.updated_at = now;
  put_user(std::move(erased));
  erased_.insert(id);
}

std::uint64_t FakeZendeskStore::put_organization(FakeOrganization organization) {
  if (organization.id == 0) organization.id = next_organization_id_;
  next_organization_id_ = std::max(next_organization_id_, organization.id + 1);
  organization.updated_at = std::chrono::floor<std::chrono::seconds>(organization.updated_at);
  const std::uint64_t id = organization.id;
  if (const auto found = organizations_.find(id); found != organizations_.end()) {
    organization_order_.erase({seconds_of(found->second.updated_at), id});
  }
  organization_order_.emplace(seconds_of(organization.updated_at), id);
  organizations_[id] = std::move(organization);
  return id;
}

const FakeOrganization* FakeZendeskStore::organization(std::uint64_t id) const {
  const auto found = organizations_.find(id);
  return found == organizations_.end() ? nullptr : &found->second;
}

std::vector<FakeZendeskStore::Position> FakeZendeskStore::users_after(Position position, std::int64_t horizon,
                                                                      std::size_t count) const {
  std::vector<Position> result;
  for (auto at = user_order_.upper_bound(position); at != user_order_.end() && result.size() < count; ++at) {
    if (at->first > horizon) break;
    result.push_back(*at);
  }
  return result;
}

std::vector<FakeZendeskStore::Position> FakeZendeskStore::organizations_from(std::int64_t second, std::int64_t horizon,
                                                                             std::size_t count) const {
  std::vector<Position> result;
  for (auto at = organization_order_.lower_bound({second, 0}); at != organization_order_.end() && result.size() < count;
       ++at) {
    if (at->first > horizon) break;
    result.push_back(*at);
  }
  return result;
}

std::vector<std::string> FakeZendeskStore::identity_rows(std::uint64_t id) const {
  const FakeUser& user = users_.at(id).user;
  std::vector<std::string> rows;
  // Beyond the range of given ids, and the same at each rendering.
  const std::uint64_t own = 1'000'000'000'000'000ULL + id * 2;
  if (!user.email.empty()) rows.push_back(identity_row(own, id, "email", user.email, true));
  if (!user.phone.empty() && !user.shared_phone_number) {
    rows.push_back(identity_row(own + 1, id, "phone_number", user.phone, true));
  }
  for (const auto& identity : user.identities) {
    rows.push_back(identity_row(identity.id, id, identity.type, identity.value, false));
  }
  return rows;
}

std::string FakeZendeskStore::organization_json(std::uint64_t id) const {
  const auto& organization = organizations_.at(id);
  json row{{"id", organization.id},
           {"name", organization.name},
           {"updated_at", text::format_iso_seconds(organization.updated_at)}};
  if (organization.deleted) row["deleted_at"] = row["updated_at"];
  return row.dump();
}

std::vector<FakeUser> FakeZendeskStore::users() const {
  std::vector<FakeUser> result;
  result.reserve(users_.size());
  for (const auto& [id, row] : users_) result.push_back(row.user);
  return result;
}

std::vector<FakeOrganization> FakeZendeskStore::organizations() const {
  std::vector<FakeOrganization> result;
  for (const auto& [id, organization] : organizations_) result.push_back(organization);
  return result;
}

std::vector<std::uint64_t> FakeZendeskStore::users_by_digits(const std::string& digits) const {
  std::vector<std::uint64_t> result;
  if (digits.empty()) return result;
  for (const auto& [id, row] : users_) {
    if (!row.user.active || row.user.role != "end-user") continue;
    bool found = ends_in_digits(row.user.phone, digits);
    for (const auto& identity : row.user.identities) {
      found = found || (identity.type == "phone_number" && ends_in_digits(identity.value, digits));
    }
    if (found) result.push_back(id);
  }
  return result;
}

}  // namespace ringdex::test_support
