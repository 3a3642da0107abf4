#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/connectors/csv/csv_format.h"

namespace ringdex::sync {

inline constexpr std::size_t kCsvCellBytesMax = 64 * 1024;
inline constexpr std::size_t kCsvRowBytesMax = 1024 * 1024;
inline constexpr std::size_t kCsvColumnsMax = 1000;
inline constexpr std::size_t kCsvChunkBytes = 256 * 1024;

// One row as UTF-8 cells, or why there is none in its place.
struct CsvRow {
  std::vector<std::string> cells;  // a blank line has one empty cell
  std::string error;               // not empty: the row can't be read
  std::uint64_t line = 1;          // of the file, where the row begins
  std::uint64_t end_offset = 0;    // byte of the file where the next row begins
  std::uint64_t end_line = 1;
};

// Reads up to `bytes` bytes at `offset` of the file; fewer only at its end. The error is a sentence for people.
using ReadBytes =
    std::function<std::expected<std::size_t, std::string>(std::uint64_t offset, char* target, std::size_t bytes)>;

// RFC 4180 as people's programs write it: quoted cells may hold delimiters, line ends of any kind and "" for a quote;
// rows may be ragged; the last line needs no end. A row over a limit or with a quote that is never closed is given as
// an error, and reading goes on at the next line. Where a row ends does not depend on where reading began: a reader
// made at the end of a row gives the same rest. One thread.
class CsvReader {
 public:
  CsvReader(ReadBytes read, CsvFormat format, std::uint64_t offset, std::uint64_t line,
            std::size_t chunk_bytes = kCsvChunkBytes);

  // true if `row` holds the next row, false if the file has ended. An error is one of reading the file.
  std::expected<bool, std::string> next(CsvRow& row);

 private:
  enum class State { cell_start, unquoted, quoted, after_quote };
  struct Place {
    std::uint64_t offset;
    std::uint64_t line;
  };

  bool at_end();
  std::uint64_t position();
  void go_to(Place place);
  void take_line_end(std::string* into);
  void append_run(std::string& cell, const std::array<bool, 256>& stops);
  std::string& open_cell(CsvRow& row);
  void close_cell(CsvRow& row);
  bool read_cells(CsvRow& row);
  void recover(CsvRow& row, std::string error);
  void finish(CsvRow& row);

  ReadBytes read_;
  CsvFormat format_;
  std::size_t chunk_bytes_;
  std::array<bool, 256> stops_unquoted_{};
  std::array<bool, 256> stops_quoted_{};

  std::string raw_;            // the bytes last read
  std::string decoded_;        // the same as UTF-8, for UTF-16 only
  std::string_view chunk_;     // what is being parsed: one of the two
  std::size_t at_ = 0;         // in chunk_
  std::uint64_t next_offset_;  // of the file, behind chunk_
  std::size_t mark_at_ = 0;    // a place in chunk_ whose offset in the file is known
  std::uint64_t mark_offset_;
  std::uint64_t line_;
  bool ended_ = false;
  std::string failure_;

  State state_ = State::cell_start;
  std::size_t cells_ = 0;
  std::size_t row_bytes_ = 0;
  std::uint64_t quote_line_ = 0;
  std::optional<Place> after_quote_line_;  // the line behind the one where the open quote stands
};

}  // namespace ringdex::sync
