#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "index/records/record.h"
#include "telephony/text/json_value.h"

namespace ringdex::sync {

struct SalesforceField {
  std::string type;  // "phone", "string", "multipicklist", ...
  bool filterable = false;
  std::string relationship;  // of a reference: what the other record's fields are reached by
  bool operator==(const SalesforceField&) const = default;
};

// What describe tells of one object, as far as our user may see it.
struct SalesforceDescription {
  bool exists = false;        // for our user
  bool replicateable = true;  // getDeleted knows it
  std::map<std::string, SalesforceField> fields;

  const SalesforceField* field(const std::string& name) const;                 // nullptr: none of that name
  std::optional<std::string> name_in_any_case(const std::string& name) const;  // as Salesforce writes it
};

// nullopt if it is no answer of describe. Field names that could not stand in a query are left out. Pure.
// https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_describe.htm
std::optional<SalesforceDescription> read_salesforce_describe(text::JsonView answer);

// The descriptions of one source's objects, shared by its connector instances; each is good for a day. Safe from any
// thread.
class SalesforceSchema {
 public:
  static constexpr std::chrono::hours kMaxAge{24};
  // An object that is not shown to our user may be so soon.
  static constexpr std::chrono::minutes kMissingMaxAge{10};

  // nullptr: not known, too old, or from a future that a clock set back has left.
  std::shared_ptr<const SalesforceDescription> find(const std::string& object, index::TimePoint now) const;
  void learned(const std::string& object, std::shared_ptr<const SalesforceDescription> description,
               index::TimePoint now);
  void forget(const std::string& object);
  // Whether it was ever shown to us since we started.
  bool existed(const std::string& object) const;
  // True for each text once, so that the log does not repeat what is missing.
  bool first_time(const std::string& text);

 private:
  struct Known {
    std::shared_ptr<const SalesforceDescription> description;
    index::TimePoint at;
  };
  mutable std::mutex mutex_;
  // Under mutex_.
  std::map<std::string, Known> known_;
  std::set<std::string> told_;
  std::set<std::string> existed_;
};

}  // namespace ringdex::sync
