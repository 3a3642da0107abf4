#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "index/records/record.h"

namespace ringdex::test_support {

using index::TimePoint;

struct FakeSalesforceField {
  std::string name;
  std::string type;
  std::string relationship;
  bool hidden = false;  // from our user: describe leaves it out and a query for it fails
};

struct FakeSalesforceRow {
  std::string id;
  std::vector<std::string> values;  // in the order of the object's fields; "" is null, "true" of a checkbox
  bool deleted = false;
  std::string master_id;
  TimePoint created{};
  TimePoint stamp{};
};

struct FakeSalesforceDeletion {
  std::string id;
  TimePoint at{};
};

// One object's rows, found by id and by stamp.
class FakeSalesforceObject {
 public:
  using Position = std::pair<TimePoint, std::string>;

  FakeSalesforceObject(std::string name, std::string prefix, std::vector<FakeSalesforceField> fields);

  const std::string& name() const { return name_; }
  const std::vector<FakeSalesforceField>& fields() const { return fields_; }
  void add_field(FakeSalesforceField field);
  void hide_field(const std::string& name, bool hidden);
  const FakeSalesforceField* visible_field(const std::string& name) const;

  std::string next_id();
  void put(FakeSalesforceRow row);
  void purge(const std::string& id);
  const FakeSalesforceRow* row(const std::string& id) const;
  const std::map<std::string, FakeSalesforceRow>& rows() const { return rows_; }
  const std::set<Position>& by_stamp() const { return by_stamp_; }

  // Of a field that values() holds; empty if there is none.
  std::string text(const FakeSalesforceRow& row, const std::string& field) const;
  void set(FakeSalesforceRow& row, const std::string& field, const std::string& value) const;
  // Any field, as Salesforce's JSON has it.
  nlohmann::json json(const FakeSalesforceRow& row, const FakeSalesforceField& field) const;

  std::vector<FakeSalesforceDeletion> deletions;  // the log behind getDeleted

 private:
  std::size_t index_of(const std::string& field) const;

  std::string name_;
  std::string prefix_;
  std::vector<FakeSalesforceField> fields_;
  std::map<std::string, FakeSalesforceRow> rows_;
  std::set<Position> by_stamp_;
  std::uint64_t next_ = 1;
};

// The rows of a made-up org. Not safe for several threads.
class FakeSalesforceStore {
 public:
  FakeSalesforceStore();

  FakeSalesforceObject* object(const std::string& name);  // nullptr: there is none
  FakeSalesforceObject& of(const std::string& id);        // by its prefix
  FakeSalesforceObject accounts;
  FakeSalesforceObject contacts;
  FakeSalesforceObject leads;

  // What is written while a transaction is slow is seen only at `visible_at`, with its old stamp.
  void put_late(FakeSalesforceRow row, TimePoint visible_at);
  // The row as the last write left it, seen or not.
  const FakeSalesforceRow* newest(const std::string& id);
  void show_late(TimePoint now);

 private:
  struct Late {
    TimePoint visible_at{};
    FakeSalesforceRow row;
  };
  std::deque<Late> late_;
};

// "2026-01-04T05:33:18.123+0000"
std::string fake_salesforce_time(TimePoint time);

}  // namespace ringdex::test_support
