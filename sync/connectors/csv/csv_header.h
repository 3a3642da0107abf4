#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sync/connectors/csv/csv_file.h"

namespace ringdex::sync {

struct CsvPhoneColumn {
  std::size_t value = 0;
  std::string label;                        // from the header; empty if it says nothing
  std::optional<std::size_t> label_column;  // Google's `Phone 1 - Label`
  bool operator==(const CsvPhoneColumn&) const = default;
};

// Which column of a file holds what.
struct CsvColumnPlan {
  std::size_t columns = 0;
  std::optional<std::size_t> id;
  bool id_is_configured = false;
  std::optional<std::size_t> whole_name;
  std::vector<std::size_t> name_parts;    // joined with spaces if the whole name is empty
  std::vector<std::size_t> other_names;   // nickname and the like, if both are empty
  std::vector<std::size_t> organization;  // the first that is not empty
  std::vector<std::size_t> title;
  std::vector<CsvPhoneColumn> phones;
  std::vector<std::size_t> emails;
  std::optional<std::size_t> url;
  std::vector<std::size_t> groups;
  std::optional<std::size_t> tags;
  std::vector<std::pair<std::string, std::size_t>> fields;  // custom fields by their column's name
  bool operator==(const CsvColumnPlan&) const = default;
};

// The plan for a header. Columns that are configured must be there; the others are recognised as what the exports of
// Google, Outlook, Salesforce, HubSpot and Zendesk call them. `phone_fields` are further phone columns, `fields` those
// of the custom fields. The error names the column that is missing and the nearest one there is. Pure.
std::expected<CsvColumnPlan, std::string> plan_csv_columns(const std::vector<std::string>& header,
                                                           const CsvColumns& configured,
                                                           const std::vector<std::string>& phone_fields,
                                                           const std::set<std::string>& fields = {});

}  // namespace ringdex::sync
