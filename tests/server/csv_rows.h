#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "sync/connectors/csv/csv_reader.h"

namespace ringdex::server {

// The rows of a CSV text, by the reader that reads customers' files.
inline std::vector<std::vector<std::string>> csv_rows(const std::string& text) {
  const auto read = [&text](std::uint64_t offset, char* target,
                            std::size_t bytes) -> std::expected<std::size_t, std::string> {
    const auto count = std::min<std::size_t>(bytes, text.size() - offset);
    std::memcpy(target, text.data() + offset, count);
    return count;
  };
  sync::CsvReader reader(read, sync::read_csv_format(text), 0, 1);
  std::vector<std::vector<std::string>> rows;
  for (sync::CsvRow row; reader.next(row).value();) {
    REQUIRE(row.error.empty());
    rows.push_back(row.cells);
  }
  return rows;
}

}  // namespace ringdex::server
