#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>

#include "sync/connectors/csv/csv_file.h"
#include "sync/connectors/csv/csv_header.h"
#include "sync/connectors/csv/csv_reader.h"
#include "sync/connectors/csv/csv_row.h"
#include "sync/fetch_error.h"

namespace ringdex::sync {

// What one row of the file came to. Blank lines come to nothing and are passed over.
struct CsvItem {
  enum class Kind { person, bad_row, footer, end };
  Kind kind = Kind::end;
  std::uint64_t line = 0;
  std::string error;  // bad_row
  CsvPerson person;
};

// One state of a CSV file, opened, its header understood, read row by row. One thread.
class CsvPeople {
 public:
  // "<mtime ns>:<size>:<inode>" of what stands at the path now, after checks that need no reading.
  static std::expected<std::string, FetchError> identify(const CsvOptions& options);
  static std::expected<std::unique_ptr<CsvPeople>, FetchError> open(const CsvOptions& options);
  ~CsvPeople();
  CsvPeople(const CsvPeople&) = delete;
  CsvPeople& operator=(const CsvPeople&) = delete;

  const std::string& identity() const { return identity_; }
  std::uint64_t offset() const { return offset_; }
  std::uint64_t line() const { return line_; }
  bool after_blank() const { return after_blank_; }
  void go_to(std::uint64_t offset, std::uint64_t line, bool after_blank);
  // To the first row behind the header.
  void go_to_first();

  std::expected<CsvItem, FetchError> next();

 private:
  explicit CsvPeople(int descriptor) : descriptor_(descriptor) {}
  std::expected<void, FetchError> understand(const CsvOptions& options);

  int descriptor_;
  std::string path_;
  std::string identity_;
  CsvFormat format_;
  CsvColumnPlan plan_;
  std::optional<CsvReader> reader_;
  CsvRow row_;
  std::uint64_t first_offset_ = 0;
  std::uint64_t first_line_ = 1;
  std::uint64_t offset_ = 0;
  std::uint64_t line_ = 1;
  bool after_blank_ = false;
};

}  // namespace ringdex::sync
