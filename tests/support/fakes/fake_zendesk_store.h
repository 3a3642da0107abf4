#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index/records/record.h"

namespace ringdex::test_support {

using index::TimePoint;

struct FakeIdentity {
  std::uint64_t id = 0;  // 0: given by the store
  std::string type;      // "phone_number", "email", ...
  std::string value;
  bool operator==(const FakeIdentity&) const = default;
};

struct FakeUser {
  std::uint64_t id = 0;  // 0: given by the store
  std::string name;
  std::string email;  // empty: none, as with all texts here
  std::string phone;
  std::string role = "end-user";
  bool active = true;
  bool suspended = false;
  bool shared_phone_number = false;
  std::uint64_t organization_id = 0;
  std::string external_id;
  std::vector<std::string> tags;
  std::map<std::string, std::string> user_fields;
  std::vector<FakeIdentity> identities;  // beyond the primary e-mail and phone
  TimePoint created_at{};                // whole seconds; unset: given by the store
  TimePoint updated_at{};
  bool operator==(const FakeUser&) const = default;
};

struct FakeOrganization {
  std::uint64_t id = 0;
  std::string name;
  bool deleted = false;
  TimePoint updated_at{};
  bool operator==(const FakeOrganization&) const = default;
};

// The people of a fake Zendesk, kept in the order of its export. Each row is rendered once per change, so that a page
// is no more than its rows joined. No locks: the FakeZendesk has them.
class FakeZendeskStore {
 public:
  using Position = std::pair<std::int64_t, std::uint64_t>;  // updated_at in seconds, id

  // Writes the user as given, at its updated_at; gives ids where there are none.
  std::uint64_t put_user(FakeUser user);
  const FakeUser* user(std::uint64_t id) const;
  void erase_for_good(std::uint64_t id, TimePoint now);
  bool erased(std::uint64_t id) const { return erased_.contains(id); }

  std::uint64_t put_organization(FakeOrganization organization);
  const FakeOrganization* organization(std::uint64_t id) const;

  // Ids in export order strictly after `position`, not beyond second `horizon`, at most `count`.
  std::vector<Position> users_after(Position position, std::int64_t horizon, std::size_t count) const;
  std::vector<Position> organizations_from(std::int64_t second, std::int64_t horizon, std::size_t count) const;

  const std::string& user_json(std::uint64_t id) const { return users_.at(id).json; }
  const std::string& identities_json(std::uint64_t id) const { return users_.at(id).identities_json; }
  std::vector<std::string> identity_rows(std::uint64_t id) const;
  std::string organization_json(std::uint64_t id) const;

  std::vector<FakeUser> users() const;
  std::vector<FakeOrganization> organizations() const;
  // End users whose phone or phone identity ends in these digits.
  std::vector<std::uint64_t> users_by_digits(const std::string& digits) const;

 private:
  struct Row {
    FakeUser user;
    std::string json;
    std::string identities_json;  // rows joined by commas, without brackets
  };
  std::map<std::uint64_t, Row> users_;
  std::map<std::uint64_t, FakeOrganization> organizations_;
  std::set<Position> user_order_;
  std::set<Position> organization_order_;
  std::set<std::uint64_t> erased_;
  // Each kind counts on its own, so that the users of a script are simply 100000001, 100000002, ...
  std::uint64_t next_user_id_ = 100'000'001;
  std::uint64_t next_identity_id_ = 500'000'001;
  std::uint64_t next_organization_id_ = 900'001;
};

}  // namespace ringdex::test_support
