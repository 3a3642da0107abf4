#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "sync/connectors/csv/csv_header.h"
#include "sync/field_mapping.h"

namespace ringdex::sync {

struct CsvPerson {
  RawRecord raw;
  bool id_is_hash = false;  // no id in the row: it is made of the name and the first phone
};

// One row by the plan: multi-value cells split, spreadsheets' quoting taken off. The error says what a spreadsheet has
// damaged beyond repair. Pure; all but the id is left for map_record to clean.
std::expected<CsvPerson, std::string> read_csv_person(const std::vector<std::string>& cells, const CsvColumnPlan& plan);

// The id of a person without one: the first 16 bytes of SHA-256 over the normalised name and the first phone's digits,
// in hex.
std::string csv_person_hash(std::string_view name, std::string_view phone);

}  // namespace ringdex::sync
