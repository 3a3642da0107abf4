#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/fakes/fake_salesforce_store.h"

namespace ringdex::test_support {

// As much of SOQL as clients of the fake send: SELECT fields FROM object WHERE comparisons with AND, OR and
// parentheses, ORDER BY, LIMIT.
struct FakeSoql {
  struct Condition {
    enum class Kind { all, any, compare } kind = Kind::all;
    std::vector<Condition> parts;  // of all and any
    std::string field;
    std::string comparison;           // =, !=, <, <=, >, >=, IN
    std::vector<std::string> values;  // as written, without quotes
    TimePoint time{};                 // the first value as a time
  };
  std::vector<std::string> fields;
  std::string object;
  Condition where;
  std::vector<std::pair<std::string, bool>> order;  // field, descending
  std::optional<std::size_t> limit;
};

struct FakeSoqlError {
  std::string code;
  std::string message;
};

std::optional<FakeSoql> parse_fake_soql(const std::string& text);  // nothing: malformed
// The first field that the object does not have, or nothing.
std::optional<FakeSoqlError> check_fake_soql(const FakeSoql& query, const FakeSalesforceObject& object);
// The ids of the rows that the query finds, in order.
std::vector<std::string> run_fake_soql(const FakeSoql& query, const FakeSalesforceObject& object, bool with_deleted);
// The lower and upper bound of SystemModstamp that every row must keep.
std::pair<std::optional<TimePoint>, std::optional<TimePoint>> fake_soql_window(const FakeSoql& query);

}  // namespace ringdex::test_support
