#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace ringdex::sync {

// Where the next page of a CSV file starts. As text: {"v":1,"file":"<mtime
// ns>:<size>:<inode>","version":..,"offset":.., "line":..,"blank":bool,"done":bool}.
struct CsvCursor {
  std::string file;          // which state of the file is listed; empty: none yet
  std::int64_t version = 0;  // of all records of this listing
  std::uint64_t offset = 0;
  std::uint64_t line = 1;
  bool after_blank = false;  // the last line was blank: a report's footer may follow
  bool done = false;

  std::string to_text() const;
  // An empty text is the beginning; nullopt if it is no cursor of this connector.
  static std::optional<CsvCursor> from_text(const std::string& text);
  bool operator==(const CsvCursor&) const = default;
};

}  // namespace ringdex::sync
