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

struct FakeLabelled {
  std::string value;
  std::string label = "work";
  bool primary = false;
  bool operator==(const FakeLabelled&) const = default;
};

struct FakePipedrivePerson {
  std::uint64_t id = 0;  // 0: given by the store
  std::string name;
  std::vector<FakeLabelled> phones;
  std::vector<FakeLabelled> emails;
  std::uint64_t org_id = 0;  // 0: none
  std::vector<std::uint64_t> label_ids;
  std::string job_title;
  std::map<std::string, std::string> custom_fields;  // 40 hexadecimal digits -> value
  bool deleted = false;
  bool no_update_time = false;  // update_time is null, as of rows that came by some imports
  TimePoint add_time{};         // whole seconds; unset: given by the store
  TimePoint update_time{};
  bool operator==(const FakePipedrivePerson&) const = default;
};

struct FakePipedriveOrganization {
  std::uint64_t id = 0;
  std::string name;
  bool deleted = false;
  TimePoint add_time{};
  TimePoint update_time{};
  bool operator==(const FakePipedriveOrganization&) const = default;
};

struct FakePipedriveLead {
  std::string id;  // empty: given by the store
  std::string title;
  std::uint64_t person_id = 0;
  std::uint64_t organization_id = 0;
  std::vector<std::string> label_ids;
  std::map<std::string, std::string> custom_fields;  // stand among the lead's own members
  bool archived = false;
  TimePoint add_time{};  // milliseconds
  TimePoint update_time{};
  bool operator==(const FakePipedriveLead&) const = default;
};

// Rows of one kind, rendered once per change and kept in the orders that a list may have. A time of 0 is none.
template <typename Id>
class FakePipedriveTable {
 public:
  using Position = std::pair<std::int64_t, Id>;
  enum class Order { id, add_time, update_time };
  struct Row {
    std::int64_t added = 0;
    std::int64_t updated = 0;
    bool hidden = false;  // no list shows it
    std::string json;
  };

  void put(const Id& id, Row row) {
    erase(id);
    by_add_.emplace(row.added, id);
    by_update_.emplace(row.updated, id);
    rows_.emplace(id, std::move(row));
  }
  void erase(const Id& id) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return;
    by_add_.erase({found->second.added, id});
    by_update_.erase({found->second.updated, id});
    rows_.erase(found);
  }
  const Row* find(const Id& id) const {
    const auto found = rows_.find(id);
    return found == rows_.end() ? nullptr : &found->second;
  }
  // Shown rows in `order` strictly after `position` and changed within [since, until), at most `count`.
  std::vector<Position> after(Order order, const Position& position, std::int64_t since, std::int64_t until,
                              std::size_t count) const {
    std::vector<Position> result;
    const auto add = [&](const Id& id, const Row& row, std::int64_t key) {
      if (!row.hidden && row.updated >= since && row.updated < until) result.emplace_back(key, id);
      return result.size() < count;
    };
    if (order == Order::id) {
      for (auto at = rows_.upper_bound(position.second); at != rows_.end(); ++at) {
        if (!add(at->first, at->second, 0)) break;
      }
      return result;
    }
    const auto& index = order == Order::add_time ? by_add_ : by_update_;
    auto at = index.upper_bound(position);
    if (order == Order::update_time && position.first < since) at = index.lower_bound({since, Id{}});
    for (; at != index.end(); ++at) {
      if (!add(at->second, rows_.at(at->second), at->first)) break;
    }
    return result;
  }
  // All shown rows in `order`, changed since; the last one first if `descending`.
  std::vector<Id> all(Order order, bool descending, std::int64_t since) const {
    std::vector<Id> result;
    for (const auto& [key, id] : order == Order::update_time ? by_update_ : by_add_) {
      const Row& row = rows_.at(id);
      if (!row.hidden && row.updated >= since) result.push_back(id);
    }
    if (descending) result.assign(result.rbegin(), result.rend());
    return result;
  }

 private:
  std::map<Id, Row> rows_;
  std::set<Position> by_add_;
  std::set<Position> by_update_;
};

// What a fake Pipedrive holds. No locks: the FakePipedrive has them.
class FakePipedriveStore {
 public:
  using Table = FakePipedriveTable<std::uint64_t>;
  using LeadTable = FakePipedriveTable<std::string>;

  bool deleted_are_listed = true;  // whether lists and records show deleted persons and organizations, as is_deleted

  // Writes the row as given; gives an id where there is none.
  std::uint64_t put(FakePipedrivePerson person);
  std::uint64_t put(FakePipedriveOrganization organization);
  std::string put(FakePipedriveLead lead);
  void erase_lead(const std::string& id);
  // Deleted persons and organizations leave for good 30 days later.
  void purge(TimePoint now);

  const std::map<std::uint64_t, FakePipedrivePerson>& persons() const { return persons_; }
  const std::map<std::uint64_t, FakePipedriveOrganization>& organizations() const { return organizations_; }
  const std::map<std::string, FakePipedriveLead>& leads() const { return leads_; }
  const FakePipedrivePerson* person(std::uint64_t id) const;
  const FakePipedriveOrganization* organization(std::uint64_t id) const;
  const FakePipedriveLead* lead(const std::string& id) const;

  const Table& person_table() const { return person_table_; }
  const Table& organization_table() const { return organization_table_; }
  const LeadTable& lead_table(bool archived) const { return archived ? archived_table_ : lead_table_; }

  // Persons with these digits somewhere in a phone; deleted ones are not found.
  std::vector<std::uint64_t> persons_by_digits(const std::string& digits, bool custom_fields_too,
                                               std::size_t count) const;

 private:
  std::map<std::uint64_t, FakePipedrivePerson> persons_;
  std::map<std::uint64_t, FakePipedriveOrganization> organizations_;
  std::map<std::string, FakePipedriveLead> leads_;
  Table person_table_;
  Table organization_table_;
  LeadTable lead_table_;
  LeadTable archived_table_;
  std::multimap<TimePoint, std::uint64_t> deleted_persons_;
  std::multimap<TimePoint, std::uint64_t> deleted_organizations_;
  std::uint64_t next_person_id_ = 1001;
  std::uint64_t next_organization_id_ = 101;
  std::uint64_t next_lead_ = 1;
};

// In the shape of API v1, as a merge answers.
std::string v1_person_json(const FakePipedrivePerson& person, std::uint64_t merge_what_id);

}  // namespace ringdex::test_support
